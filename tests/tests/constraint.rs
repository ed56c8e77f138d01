//! What must never happen is refused by the database itself: each named constraint, broken on purpose by plain SQL.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tests::{Engine, Site, both};

/// A constraint, what SQLite says where it doesn't say the name, and a statement that breaks it.
/// `#1` stands for the first id; the rows are those of [`SEED`].
const BROKEN: &[(&str, &str, &str)] = &[
    ("person_sex_known", "", "UPDATE person SET sex = 'other'"),
    ("person_state_known", "", "UPDATE person SET state = 'gone'"),
    ("contact_kind_known", "", "UPDATE contact SET kind = 'pigeon'"),
    (
        "contact_confirmed_once",
        "contact.kind, contact.address",
        "UPDATE contact SET address = '01000000001', confirmed_at = '2021-01-01T00:00:00+00:00' WHERE id = #2",
    ),
    (
        "contact_one_of_a_kind",
        "contact.person_id, contact.kind",
        "UPDATE contact SET kind = 'phone', address = '01000000003' WHERE id = #3",
    ),
    ("challenge_purpose_known", "", "UPDATE challenge SET purpose = 'fun'"),
    ("challenge_kind_known", "", "UPDATE challenge SET kind = 'pigeon'"),
    ("challenge_tries_not_negative", "", "UPDATE challenge SET tries_left = -1"),
    (
        "challenge_token",
        "challenge.token_hash",
        "UPDATE challenge SET token_hash = (SELECT token_hash FROM challenge WHERE id = #1) WHERE id = #2",
    ),
    ("duty_known", "", "UPDATE duty SET name = 'king'"),
    ("duty_once", "duty.person_id, duty.name", "UPDATE duty SET name = 'administrator'"),
    ("space_code_once", "space.code", "UPDATE space SET code = 'one'"),
    ("space_kind_known", "", "UPDATE space SET kind = 'garden'"),
    ("space_seats_positive", "", "UPDATE space SET seats = 0"),
    ("seat_code_once", "seat.space_id, seat.code", "UPDATE seat SET code = '1-01'"),
    ("seat_position_once", "seat.space_id, seat.line, seat.position", "UPDATE seat SET position = 1"),
    ("occupation_holder_known", "", "UPDATE occupation SET holder = 'nobody'"),
    ("occupation_forward", "", "UPDATE occupation SET ends_at = starts_at WHERE id = #3"),
    (
        "occupation_leaf_once",
        "occupation.holder_id, occupation.leaf_id",
        "UPDATE occupation SET holder_id = #1 WHERE id = #2",
    ),
    (
        "occupation_no_overlap",
        "",
        "UPDATE occupation SET starts_at = '2021-01-11T01:59:59.999999+00:00' WHERE id = #2",
    ),
    ("course_title_once", "course.title", "UPDATE course SET title = 'A'"),
    ("course_category_known", "", "UPDATE course SET category = 'magic'"),
    ("course_audience_known", "", "UPDATE course SET audience = 'cats'"),
    ("run_code_once", "run.code", "UPDATE run SET code = 'R-1'"),
    ("run_mode_known", "", "UPDATE run SET mode = 'dream'"),
    ("run_session_count_not_negative", "", "UPDATE run SET session_count = -1"),
    ("run_minutes_not_negative", "", "UPDATE run SET minutes = -1"),
    ("run_capacity_positive", "", "UPDATE run SET capacity = 0"),
    ("run_selection_known", "", "UPDATE run SET selection = 'bribe'"),
    ("run_offer_positive", "", "UPDATE run SET offer_minutes = 0"),
    ("run_enrolled_not_negative", "", "UPDATE run SET enrolled = -1"),
    ("run_minimum_positive", "", "UPDATE run SET minimum_people = 0, minimum_at = '2021-01-20T00:00:00+00:00'"),
    ("run_minimum_within_capacity", "", "UPDATE run SET minimum_people = capacity + 1, minimum_at = '2021-01-20T00:00:00+00:00'"),
    ("run_minimum_whole", "", "UPDATE run SET minimum_people = 1"),
    (
        "run_minimum_kept_when_due",
        "",
        "UPDATE run SET minimum_people = 1, minimum_at = '2021-01-20T00:00:00+00:00',
         minimum_kept_at = '2021-01-19T23:59:59+00:00', minimum_kept_by = #1",
    ),
    (
        "run_minimum_kept_whole",
        "",
        "UPDATE run SET minimum_people = 1, minimum_at = '2021-01-20T00:00:00+00:00',
         minimum_kept_at = '2021-01-20T00:00:00+00:00'",
    ),
    ("run_state_known", "", "UPDATE run SET state = 'lost'"),
    ("run_window_forward", "", "UPDATE run SET apply_until = apply_from"),
    ("class_session_minutes_positive", "", "UPDATE class_session SET minutes = 0"),
    ("class_session_state_known", "", "UPDATE class_session SET state = 'lost'"),
    (
        "class_session_number_once",
        "class_session.run_id, class_session.number",
        "UPDATE class_session SET number = 1",
    ),
    ("class_session_forward", "", "UPDATE class_session SET ends_at = starts_at"),
    ("application_state_known", "", "UPDATE application SET state = 'lost' WHERE id = #5"),
    ("application_stamp_once", "application.stamp", "UPDATE application SET stamp = 1"),
    ("application_admission_positive", "", "UPDATE application SET admission = 0 WHERE id = #3"),
    (
        "application_key_once",
        "application.person_id, application.request_key",
        "UPDATE application SET request_key = #1 WHERE id = #3",
    ),
    ("application_holds_one", "", "UPDATE application SET seat_id = NULL WHERE id = #1"),
    ("application_holds_one", "", "UPDATE application SET admission = 9 WHERE id = #1"),
    ("application_holds_one", "", "UPDATE application SET state = 'cancelled' WHERE id = #1"),
    ("application_offer_ends", "", "UPDATE application SET state = 'offered' WHERE id = #1"),
    (
        "application_one_live",
        "application.run_id, application.person_id",
        "UPDATE application SET state = 'waiting' WHERE id = #5",
    ),
    (
        "application_one_a_seat",
        "application.run_id, application.seat_id",
        "UPDATE application SET seat_id = #1 WHERE id = #2",
    ),
    (
        "application_one_an_admission",
        "application.run_id, application.admission",
        "UPDATE application SET admission = 1 WHERE id = #4",
    ),
    ("application_event_kind_known", "", "UPDATE application_event SET kind = 'lost'"),
    ("ticket_number_positive", "", "UPDATE ticket SET number = 0 WHERE id = #1"),
    ("ticket_state_known", "", "UPDATE ticket SET state = 'lost' WHERE id = #1"),
    (
        "ticket_application_once",
        "ticket.application_id",
        "UPDATE ticket SET state = 'released', application_id = #1 WHERE id = #1",
    ),
    ("ticket_released_as", "", "UPDATE ticket SET state = 'released' WHERE id = #1"),
    ("ticket_released_as", "", "UPDATE ticket SET application_id = #2 WHERE id = #1"),
    ("ticket_refused_for", "", "UPDATE ticket SET state = 'refused' WHERE id = #1"),
    ("ticket_number_once", "ticket.run_id, ticket.number", "UPDATE ticket SET number = 1 WHERE id = #2"),
    (
        "ticket_one_waiting",
        "ticket.run_id, ticket.person_id",
        "UPDATE ticket SET state = 'waiting' WHERE id = #4",
    ),
    ("draw_value_kind_known", "", "UPDATE draw SET value_kind = 'dice' WHERE run_id = #2"),
    ("draw_source_given", "", "UPDATE draw SET source = '' WHERE run_id = #2"),
    ("draw_people_not_negative", "", "UPDATE draw SET people = -1, list_hash = 'x', listed_at = '2021-01-10T00:00:00+00:00' WHERE run_id = #2"),
    ("draw_places_not_negative", "", "UPDATE draw SET places = -1, public_value = 'x', secret = 'x', drawn_at = '2021-01-12T00:00:00+00:00', drawn_by = #1, key = #1 WHERE run_id = #3"),
    ("draw_listed_whole", "", "UPDATE draw SET listed_at = '2021-01-10T00:00:00+00:00' WHERE run_id = #2"),
    ("draw_listed_whole", "", "UPDATE draw SET people = 0 WHERE run_id = #2"),
    ("draw_drawn_whole", "", "UPDATE draw SET public_value = 'x' WHERE run_id = #3"),
    ("draw_drawn_whole", "", "UPDATE draw SET secret = 'x' WHERE run_id = #3"),
    ("draw_drawn_whole", "", "UPDATE draw SET drawn_by = #1 WHERE run_id = #3"),
    ("draw_drawn_whole", "", "UPDATE draw SET key = #1 WHERE run_id = #3"),
    (
        "draw_listed_after_promise",
        "",
        "UPDATE draw SET people = 0, list_hash = 'x', listed_at = committed_at WHERE run_id = #2",
    ),
    (
        "draw_drawn_after_list",
        "",
        "UPDATE draw SET places = 1, public_value = 'x', secret = 'x', drawn_at = listed_at, drawn_by = #1, key = #1 WHERE run_id = #3",
    ),
    (
        "draw_drawn_after_list",
        "",
        "UPDATE draw SET places = 1, public_value = 'x', secret = 'x', drawn_at = '2021-01-12T00:00:00+00:00', drawn_by = #1, key = #1 WHERE run_id = #2",
    ),
    ("draw_promise_stands", "", "UPDATE draw SET commitment = 'y' WHERE run_id = #2"),
    ("draw_promise_stands", "", "UPDATE draw SET committed_at = '2021-01-02T00:00:00+00:00' WHERE run_id = #2"),
    ("draw_list_stands", "", "UPDATE draw SET list_hash = 'y' WHERE run_id = #3"),
    ("draw_list_stands", "", "UPDATE draw SET source = 'y' WHERE run_id = #3"),
    ("draw_list_stands", "", "UPDATE draw SET value_kind = 'lotto' WHERE run_id = #3"),
    ("draw_list_stands", "", "UPDATE draw SET planned_for = '2021-01-09T00:00:00+00:00' WHERE run_id = #3"),
    ("draw_list_stands", "", "UPDATE draw SET people = NULL, list_hash = NULL, listed_at = NULL WHERE run_id = #3"),
    ("draw_result_stands", "", "UPDATE draw SET public_value = 'y' WHERE run_id = #1"),
    (
        "draw_result_stands",
        "",
        "UPDATE draw SET places = NULL, public_value = NULL, secret = NULL, drawn_at = NULL, drawn_by = NULL, key = NULL WHERE run_id = #1",
    ),
    ("draw_stays", "", "DELETE FROM draw WHERE run_id = #2"),
    ("draw_ticket_code_once", "draw_ticket.run_id, draw_ticket.code", "INSERT INTO draw_ticket (application_id, run_id, code) VALUES (#5, #2, 'a')"),
    ("draw_ticket_rank_once", "draw_ticket.run_id, draw_ticket.rank", "UPDATE draw_ticket SET rank = 1, lot = 'x' WHERE application_id = #2"),
    ("draw_ticket_rank_positive", "", "UPDATE draw_ticket SET rank = 0, lot = 'x' WHERE application_id = #2"),
    ("draw_ticket_drawn_whole", "", "UPDATE draw_ticket SET lot = 'x' WHERE application_id = #2"),
    ("draw_ticket_not_after_list", "", "INSERT INTO draw_ticket (application_id, run_id, code) VALUES (#5, #1, 'c')"),
    ("draw_ticket_stays_listed", "", "DELETE FROM draw_ticket WHERE application_id = #1"),
    ("draw_ticket_stands", "", "UPDATE draw_ticket SET code = 'c' WHERE application_id = #2"),
    ("draw_ticket_stands", "", "UPDATE draw_ticket SET rank = 2 WHERE application_id = #1"),
    ("draw_attempt_append_only", "", "UPDATE draw_attempt SET actor_id = #2"),
    ("draw_attempt_stays", "", "DELETE FROM draw_attempt"),
    (
        "feed_token_once",
        "feed.token_hash",
        "UPDATE feed SET token_hash = (SELECT token_hash FROM feed WHERE id = #1) WHERE id = #2",
    ),
    ("space_approver_known", "", "UPDATE space SET approver = 'king'"),
    ("space_asked_by_known", "", "UPDATE space SET asked_by = 'cats'"),
    ("space_resident_minutes_positive", "", "UPDATE space SET resident_minutes = 0"),
    ("class_session_set_up_not_negative", "", "UPDATE class_session SET set_up = -1"),
    ("class_session_strike_not_negative", "", "UPDATE class_session SET strike = -1"),
    ("opening_audience_known", "", "UPDATE opening SET audience = 'cats'"),
    ("opening_weekday_known", "", "UPDATE opening SET weekday = 8 WHERE id = #1"),
    ("opening_from_known", "", "UPDATE opening SET from_minute = -1"),
    ("opening_until_known", "", "UPDATE opening SET until_minute = 1441"),
    ("opening_forward", "", "UPDATE opening SET until_minute = from_minute"),
    (
        "opening_once",
        "opening.space_id, opening.audience, opening.weekday, opening.from_minute",
        "UPDATE opening SET weekday = 1",
    ),
    ("closure_forward", "", "UPDATE closure SET last_day = '2020-12-31'"),
    ("margin_kind_known", "", "UPDATE margin SET kind = 'party' WHERE kind = 'class'"),
    ("margin_set_up_not_negative", "", "UPDATE margin SET set_up = -1"),
    ("margin_strike_not_negative", "", "UPDATE margin SET strike = -1"),
    ("margin_once", "margin.space_id, margin.kind", "UPDATE margin SET kind = 'class'"),
    ("thing_code_once", "thing.code", "UPDATE thing SET code = 'camera'"),
    ("thing_kind_known", "", "UPDATE thing SET kind = 'cat'"),
    ("thing_total_not_negative", "", "UPDATE thing SET total = -1"),
    ("allocation_number_positive", "", "UPDATE allocation SET number = 0 WHERE id = #1"),
    ("allocation_holder_known", "", "UPDATE allocation SET holder = 'nobody'"),
    ("allocation_forward", "", "UPDATE allocation SET ends_at = starts_at WHERE id = #1"),
    (
        "allocation_thing_once",
        "allocation.holder_id, allocation.thing_id",
        "UPDATE allocation SET holder_id = #1 WHERE id = #2",
    ),
    (
        "allocation_within_total",
        "",
        "UPDATE allocation SET starts_at = '2021-01-11T01:59:59.999999+00:00' WHERE id = #2",
    ),
    ("allocation_within_total", "", "UPDATE allocation SET number = 3 WHERE id = #2"),
    ("engagement_holder_known", "", "UPDATE engagement SET holder = 'nobody'"),
    ("engagement_forward", "", "UPDATE engagement SET ends_at = starts_at WHERE id = #1"),
    (
        "engagement_once",
        "engagement.holder_id, engagement.who",
        "UPDATE engagement SET holder_id = #1 WHERE id = #2",
    ),
    (
        "engagement_no_overlap",
        "",
        "UPDATE engagement SET starts_at = '2021-01-11T01:59:59.999999+00:00' WHERE id = #2",
    ),
    ("studio_is_one", "", "INSERT INTO studio (id, turn) VALUES (2, 0)"),
    ("booking_code_once", "booking.code", "UPDATE booking SET code = 'S21-001'"),
    ("booking_kind_known", "", "UPDATE booking SET kind = 'party'"),
    ("booking_audience_known", "", "UPDATE booking SET audience = 'cats'"),
    ("booking_people_positive", "", "UPDATE booking SET people = 0"),
    ("booking_set_up_not_negative", "", "UPDATE booking SET set_up = -1"),
    ("booking_strike_not_negative", "", "UPDATE booking SET strike = -1"),
    ("booking_state_known", "", "UPDATE booking SET state = 'lost' WHERE id = #1"),
    ("booking_made_kind_known", "", "UPDATE booking SET made_kind = 'party'"),
    ("booking_forward", "", "UPDATE booking SET ends_at = starts_at"),
    (
        "booking_key_once",
        "booking.person_id, booking.request_key, booking.number",
        "UPDATE booking SET request_key = #1",
    ),
    ("booking_hold_ends", "", "UPDATE booking SET held_until = NULL WHERE id = #2"),
    ("booking_hold_ends", "", "UPDATE booking SET state = 'held' WHERE id = #1"),
    ("booking_rules_agreed", "", "UPDATE booking SET audience = 'resident'"),
    ("booking_thing_number_positive", "", "UPDATE booking_thing SET number = 0"),
    (
        "booking_thing_once",
        "booking_thing.booking_id, booking_thing.thing_id",
        "UPDATE booking_thing SET thing_id = #1",
    ),
    ("booking_event_kind_known", "", "UPDATE booking_event SET kind = 'lost'"),
    ("bar_scope_known", "", "UPDATE bar SET scope = 'life'"),
    ("bar_forward", "", "UPDATE bar SET until_at = from_at"),
    ("bar_lifted_by_somebody", "", "UPDATE bar SET lifted_at = until_at"),
    ("channel_youtube_once", "channel.youtube_id", "UPDATE channel SET youtube_id = 'UC1'"),
    ("channel_state_known", "", "UPDATE channel SET state = 'asleep' WHERE id = #1"),
    ("channel_grant_kept", "", "UPDATE channel SET sealed_grant = NULL WHERE id = #1"),
    ("channel_loss_dated", "", "UPDATE channel SET state = 'lost' WHERE id = #1"),
    ("encoder_name_once", "encoder.name", "UPDATE encoder SET name = 'one'"),
    ("encoder_stream_once", "encoder.stream", "UPDATE encoder SET stream = 's1'"),
    ("encoder_status_known", "", "UPDATE encoder SET status = 'warm'"),
    ("encoder_health_known", "", "UPDATE encoder SET health = 'ill'"),
    ("encoder_whole", "", "UPDATE encoder SET sealed_key = NULL WHERE id = #1"),
    ("broadcast_code_once", "broadcast.code", "UPDATE broadcast SET code = 'R-1-1'"),
    (
        "broadcast_one_a_class",
        "broadcast.run_id, broadcast.number",
        "UPDATE broadcast SET number = 1 WHERE run_id = #1",
    ),
    (
        "broadcast_one_a_booking",
        "broadcast.booking_id",
        "UPDATE broadcast SET run_id = NULL, number = NULL, booking_id = #1",
    ),
    ("broadcast_of_one", "", "UPDATE broadcast SET booking_id = #2 WHERE id = #1"),
    ("broadcast_of_one", "", "UPDATE broadcast SET number = NULL WHERE id = #1"),
    ("broadcast_privacy_known", "", "UPDATE broadcast SET privacy = 'secret'"),
    ("broadcast_latency_known", "", "UPDATE broadcast SET latency = 'none'"),
    ("broadcast_state_known", "", "UPDATE broadcast SET state = 'lost'"),
    ("broadcast_trouble_known", "", "UPDATE broadcast SET state = 'needs_attention', trouble = 'rain'"),
    ("broadcast_trouble_said", "", "UPDATE broadcast SET state = 'needs_attention'"),
    ("broadcast_video_once", "broadcast.video", "UPDATE broadcast SET video = 'abc'"),
    ("broadcast_one_a_stream", "broadcast.bound", "UPDATE broadcast SET bound = 's1'"),
    ("broadcast_manual_has_link", "", "UPDATE broadcast SET state = 'manual' WHERE video IS NULL"),
    ("broadcast_seen_dated", "", "UPDATE broadcast SET seen = '{}'"),
    ("broadcast_claim_ends", "", "UPDATE broadcast SET claimed_by = #1"),
    ("broadcast_event_kind_known", "", "UPDATE broadcast_event SET kind = 'lost'"),
    ("broadcast_call_units_not_negative", "", "UPDATE broadcast_call SET units = -1"),
    ("broadcast_call_outcome_known", "", "UPDATE broadcast_call SET outcome = 'maybe'"),
    ("broadcast_check_item_known", "", "UPDATE broadcast_check SET item = 'luck'"),
    (
        "broadcast_check_once",
        "broadcast_check.broadcast_id, broadcast_check.item",
        "UPDATE broadcast_check SET item = 'sound'",
    ),
    ("abandoned_once", "abandoned.video", "UPDATE abandoned SET video = 'old'"),
    ("abandoned_one_a_stream", "abandoned.stream", "UPDATE abandoned SET stream = 's1'"),
    ("abandoned_tries_not_negative", "", "UPDATE abandoned SET tries = -1"),
    ("playlist_youtube_once", "playlist.youtube", "UPDATE playlist SET youtube = 'PL1'"),
    ("playlist_one_a_run", "playlist.run_id, playlist.channel_id", "UPDATE playlist SET channel_id = #1"),
    ("quota_spent_not_negative", "", "UPDATE quota SET spent = -1"),
    ("viewer_sample_viewers_not_negative", "", "UPDATE viewer_sample SET viewers = -1"),
    (
        "viewer_sample_once",
        "viewer_sample.broadcast_id, viewer_sample.at",
        "INSERT INTO viewer_sample SELECT * FROM viewer_sample",
    ),
    ("question_nickname_given", "", "UPDATE question SET nickname = ''"),
    ("question_words_given", "", "UPDATE question SET words = ''"),
    ("question_state_known", "", "UPDATE question SET state = 'lost'"),
    ("question_whole", "", "UPDATE question SET words = NULL"),
    (
        "question_key_once",
        "question.person_id, question.request_key",
        "UPDATE question SET request_key = #1 WHERE id = #2",
    ),
    ("attendance_code_number_known", "", "UPDATE attendance_code SET number = 3 WHERE id = #2"),
    ("attendance_code_digits_four", "", "UPDATE attendance_code SET digits = '417'"),
    ("attendance_code_forward", "", "UPDATE attendance_code SET until_at = shown_at"),
    (
        "attendance_code_number_once",
        "attendance_code.class_session_id, attendance_code.number",
        "UPDATE attendance_code SET number = 1",
    ),
    ("attendance_answer_way_known", "", "UPDATE attendance_answer SET way = 'dream'"),
    (
        "attendance_answer_once",
        "attendance_answer.code_id, attendance_answer.application_id",
        "UPDATE attendance_answer SET application_id = #1",
    ),
    ("attendance_try_wrong_known", "", "UPDATE attendance_try SET wrong = 0"),
    ("attendance_try_wrong_known", "", "UPDATE attendance_try SET wrong = 6"),
    (
        "attendance_try_once",
        "attendance_try.code_id, attendance_try.application_id",
        "INSERT INTO attendance_try SELECT * FROM attendance_try",
    ),
    ("certificate_serial_not_negative", "", "UPDATE certificate_serial SET last = -1"),
    ("certificate_serial_positive", "", "UPDATE certificate SET serial = 0 WHERE id = #1"),
    ("certificate_token_once", "certificate.token", "UPDATE certificate SET token = 'abcdefghijklmnopqrstuv'"),
    ("certificate_token_long", "", "UPDATE certificate SET token = 'short' WHERE id = #1"),
    ("certificate_number_once", "certificate.year, certificate.serial", "UPDATE certificate SET serial = 1"),
    ("certificate_revoked_by_somebody", "", "UPDATE certificate SET revoked_by = NULL WHERE id = #2"),
    ("certificate_reason_when_revoked", "", "UPDATE certificate SET reason = 'x' WHERE id = #1"),
    (
        "certificate_one_true",
        "certificate.application_id",
        "UPDATE certificate SET revoked_at = NULL, revoked_by = NULL, reason = NULL",
    ),
    ("staff_post_department_given", "", "UPDATE staff_post SET department = ''"),
    ("staff_post_grade_given", "", "UPDATE staff_post SET grade = ''"),
    (
        "survey_form_one_at_a_time",
        "survey_form.made_at",
        "UPDATE survey_form SET made_at = '2000-01-01T00:00:00+00:00'",
    ),
    ("survey_question_place_known", "", "UPDATE survey_question SET place = 21 WHERE place = 2"),
    ("survey_question_kind_known", "", "UPDATE survey_question SET kind = 'song'"),
    ("survey_count_points_known", "", "UPDATE survey_count SET points = 6 WHERE points = 5"),
    ("survey_count_positive", "", "UPDATE survey_count SET people = 0"),
    ("board_code_once", "board.code", "UPDATE board SET code = 'lobby'"),
    ("board_name_given", "", "UPDATE board SET name = ''"),
    ("board_item_face_known", "", "UPDATE board_item SET face = 'back' WHERE id = #2"),
    ("board_item_title_given", "", "UPDATE board_item SET title = ''"),
    ("board_item_media_type_known", "", "UPDATE board_item SET media_type = 'image/svg+xml' WHERE id = #2"),
    ("board_item_width_positive", "", "UPDATE board_item SET width = 0 WHERE id = #2"),
    ("board_item_height_positive", "", "UPDATE board_item SET height = 0 WHERE id = #2"),
    ("board_item_size_positive", "", "UPDATE board_item SET size = 0 WHERE id = #2"),
    ("board_item_place_positive", "", "UPDATE board_item SET place = 0"),
    ("board_item_seconds_known", "", "UPDATE board_item SET seconds = 4"),
    ("board_item_seconds_known", "", "UPDATE board_item SET seconds = 601"),
    ("board_item_key_once", "board_item.request_key", "UPDATE board_item SET request_key = #1"),
    ("board_item_forward", "", "UPDATE board_item SET ends_at = starts_at"),
    ("board_item_holds_what_its_face_shows", "", "UPDATE board_item SET face = 'notices' WHERE id = #2"),
    ("board_item_holds_what_its_face_shows", "", "UPDATE board_item SET face = 'video' WHERE id = #2"),
    ("board_item_holds_what_its_face_shows", "", "UPDATE board_item SET face = 'right_poster' WHERE id = #3"),
    ("board_item_holds_what_its_face_shows", "", "UPDATE board_item SET face = 'video' WHERE id = #1"),
    ("board_item_holds_what_its_face_shows", "", "UPDATE board_item SET lines = 'more' WHERE id = #2"),
    ("board_item_file_described", "", "UPDATE board_item SET size = NULL WHERE id = #2"),
    ("board_item_file_described", "", "UPDATE board_item SET sha256 = NULL WHERE id = #2"),
    ("board_item_file_described", "", "UPDATE board_item SET height = NULL WHERE id = #2"),
    ("board_item_file_described", "", "UPDATE board_item SET width = NULL, height = NULL WHERE id = #2"),
    ("board_item_file_described", "", "UPDATE board_item SET width = 3, height = 4 WHERE id = #3"),
    ("board_item_file_described", "", "UPDATE board_item SET size = 1 WHERE id = #1"),
    ("board_media_number_not_negative", "", "UPDATE board_media SET number = -1 WHERE number = 0"),
    ("board_media_piece_fits", "", "UPDATE board_media SET bytes = ##0"),
    ("board_media_once", "board_media.item_id, board_media.number", "UPDATE board_media SET number = 0"),
    ("open_call_code_once", "open_call.code", "UPDATE open_call SET code = 'C21-01'"),
    ("open_call_title_given", "", "UPDATE open_call SET title = ''"),
    ("open_call_people_positive", "", "UPDATE open_call SET people = 0"),
    ("open_call_key_once", "open_call.request_key", "UPDATE open_call SET request_key = #1"),
    ("open_call_forward", "", "UPDATE open_call SET closes_at = opens_at"),
    ("call_answer_words_given", "", "UPDATE call_answer SET words = ''"),
    ("call_answer_consented", "", "UPDATE call_answer SET consent = 0"),
    ("call_answer_state_known", "", "UPDATE call_answer SET state = 'lost'"),
    (
        "call_answer_one_live",
        "call_answer.call_id, call_answer.person_id",
        "UPDATE call_answer SET state = 'asked' WHERE id = #2",
    ),
    ("call_answer_event_state_known", "", "UPDATE call_answer_event SET state = 'lost'"),
    ("lesson_code_once", "lesson.code", "UPDATE lesson SET code = 'E-1'"),
    ("lesson_place_positive", "", "UPDATE lesson SET place = 0"),
    ("lesson_title_given", "", "UPDATE lesson SET title = ''"),
    ("lesson_seconds_positive", "", "UPDATE lesson SET seconds = 0"),
    ("lesson_spoken_known", "", "UPDATE lesson SET spoken = 'la'"),
    ("lesson_video_given", "", "UPDATE lesson SET video = ''"),
    ("lesson_viewers_known", "", "UPDATE lesson SET viewers = 'cats'"),
    ("lesson_state_known", "", "UPDATE lesson SET state = 'lost'"),
    ("lesson_one_a_broadcast", "lesson.broadcast_id", "UPDATE lesson SET broadcast_id = #1"),
    ("lesson_chapter_starts_not_negative", "", "UPDATE lesson_chapter SET starts = -1 WHERE starts = 0"),
    ("lesson_chapter_title_given", "", "UPDATE lesson_chapter SET title = ''"),
    (
        "lesson_chapter_once",
        "lesson_chapter.lesson_id, lesson_chapter.starts",
        "UPDATE lesson_chapter SET starts = 0",
    ),
    ("lesson_event_kind_known", "", "UPDATE lesson_event SET kind = 'lost'"),
    ("lesson_progress_position_not_negative", "", "UPDATE lesson_progress SET position = -1"),
    ("lesson_progress_credit_not_negative", "", "UPDATE lesson_progress SET credit = -1"),
    (
        "lesson_progress_once",
        "lesson_progress.person_id, lesson_progress.lesson_id",
        "INSERT INTO lesson_progress SELECT * FROM lesson_progress",
    ),
    ("caption_language_known", "", "UPDATE caption SET language = 'la'"),
    ("caption_text_fits", "", "UPDATE caption SET text = ''"),
    ("caption_of_one", "", "UPDATE caption SET broadcast_id = #2 WHERE id = #1"),
    ("caption_of_one", "", "UPDATE caption SET lesson_id = NULL WHERE id = #1"),
    (
        "caption_one_a_lesson",
        "caption.lesson_id, caption.language",
        "UPDATE caption SET language = 'ko' WHERE id = #2",
    ),
    (
        "caption_one_a_broadcast",
        "caption.broadcast_id, caption.language",
        "UPDATE caption SET language = 'ko' WHERE id = #4",
    ),
    ("handout_title_given", "", "UPDATE handout SET title = ''"),
    ("handout_viewers_known", "", "UPDATE handout SET viewers = 'cats'"),
    ("handout_file_type_known", "", "UPDATE handout SET file_type = 'exe'"),
    ("handout_size_positive", "", "UPDATE handout SET size = 0"),
    ("handout_key_once", "handout.request_key", "UPDATE handout SET request_key = #1"),
    ("handout_piece_number_not_negative", "", "UPDATE handout_piece SET number = -1 WHERE number = 0"),
    ("handout_piece_fits", "", "UPDATE handout_piece SET bytes = ##0"),
    (
        "handout_piece_once",
        "handout_piece.handout_id, handout_piece.number",
        "UPDATE handout_piece SET number = 0",
    ),
    ("revision_is_one", "", "INSERT INTO revision (id, accounts) VALUES (2, 0)"),
    ("writer_is_one", "", "INSERT INTO writer (id, turn, stamp) VALUES (2, 0, 0)"),
    ("notice_kind_known", "", "UPDATE notice SET kind = 'pigeon'"),
    ("notice_state_known", "", "UPDATE notice SET state = 'lost'"),
    ("notice_somebody", "", "UPDATE notice SET person_id = NULL"),
    (
        "access_duty_known",
        "",
        "INSERT INTO access SELECT #2, at, viewer_id, 'king', subject, subject_id FROM access",
    ),
    (
        "access_subject_known",
        "",
        "INSERT INTO access SELECT #2, at, viewer_id, duty, 'cat', subject_id FROM access",
    ),
    ("mark_presence_known", "", "UPDATE mark SET presence = 'asleep'"),
    ("mark_missed_not_negative", "", "UPDATE mark SET missed = -1"),
    ("mark_minutes_not_negative", "", "UPDATE mark SET minutes = -1"),
    ("mark_way_known", "", "UPDATE mark SET way = 'dream'"),
    ("mark_once", "mark.class_session_id, mark.application_id", "INSERT INTO mark SELECT * FROM mark"),
    ("mark_missed_when_partly", "", "UPDATE mark SET missed = 5"),
    ("mark_missed_when_partly", "", "UPDATE mark SET presence = 'late'"),
    ("mark_absent_counts_nothing", "", "UPDATE mark SET presence = 'absent'"),
    (
        "mark_event_presence_known",
        "",
        "INSERT INTO mark_event (id, class_session_id, application_id, presence, missed, way, made_at, arrived_at, outcome)
         SELECT #2, class_session_id, application_id, 'asleep', 0, way, made_at, arrived_at, outcome FROM mark_event",
    ),
    (
        "mark_event_missed_not_negative",
        "",
        "INSERT INTO mark_event (id, class_session_id, application_id, missed, way, made_at, arrived_at, outcome)
         SELECT #2, class_session_id, application_id, -1, way, made_at, arrived_at, outcome FROM mark_event",
    ),
    (
        "mark_event_way_known",
        "",
        "INSERT INTO mark_event (id, class_session_id, application_id, missed, way, made_at, arrived_at, outcome)
         SELECT #2, class_session_id, application_id, 0, 'dream', made_at, arrived_at, outcome FROM mark_event",
    ),
    (
        "mark_event_outcome_known",
        "",
        "INSERT INTO mark_event (id, class_session_id, application_id, missed, way, made_at, arrived_at, outcome)
         SELECT #2, class_session_id, application_id, 0, way, made_at, arrived_at, 'lost' FROM mark_event",
    ),
    ("mark_event_append_only", "", "UPDATE mark_event SET outcome = 'overtaken'"),
    ("mark_event_append_only", "", "UPDATE mark_event SET kiosk_id = #1"),
    (
        "mark_event_kiosk_checks_in",
        "",
        "INSERT INTO mark_event (id, class_session_id, application_id, missed, way, made_at, arrived_at, kiosk_id, outcome)
         SELECT #2, class_session_id, application_id, 0, 'sheet', made_at, arrived_at, #1, outcome FROM mark_event",
    ),
    ("check_in_key_long", "", "UPDATE check_in_key SET key = ##0"),
    ("check_in_code_once", "check_in_code.digits", "UPDATE check_in_code SET digits = '000001'"),
    ("kiosk_name_given", "", "UPDATE kiosk SET name = ''"),
    ("kiosk_link_once", "kiosk.link_hash", "UPDATE kiosk SET link_hash = ##1, link_until = made_at WHERE id = #2"),
    ("kiosk_key_once", "kiosk.key_hash", "UPDATE kiosk SET key_hash = ##2 WHERE id = #1"),
    ("kiosk_wrong_not_negative", "", "UPDATE kiosk SET wrong = -1, wrong_from = made_at WHERE id = #1"),
    ("kiosk_link_ends", "", "UPDATE kiosk SET link_until = NULL WHERE id = #1"),
    ("kiosk_revoked_opens_nothing", "", "UPDATE kiosk SET revoked_at = made_at WHERE id = #2"),
    ("kiosk_wrong_since", "", "UPDATE kiosk SET wrong = 1 WHERE id = #1"),
    ("check_in_code_six", "", "UPDATE check_in_code SET digits = '1' WHERE application_id = #1"),
    (
        "absence_notice_once",
        "absence_notice.class_session_id, absence_notice.application_id",
        "INSERT INTO absence_notice SELECT * FROM absence_notice",
    ),
    ("viewing_seconds_not_negative", "", "UPDATE viewing SET seconds = -1"),
    ("viewing_once", "viewing.class_session_id, viewing.application_id", "INSERT INTO viewing SELECT * FROM viewing"),
    ("absence_bar_category_known", "", "UPDATE absence_bar SET category = 'magic'"),
    ("absence_bar_forward", "", "UPDATE absence_bar SET until_at = from_at"),
    ("absence_bar_answered_by_somebody", "", "UPDATE absence_bar SET answered_at = from_at"),
    ("no_show_category_known", "", "UPDATE no_show SET category = 'magic'"),
    ("no_show_outcome_known", "", "UPDATE no_show SET outcome = 'lost', bar_id = NULL"),
    ("no_show_once", "no_show.class_session_id, no_show.application_id", "INSERT INTO no_show SELECT * FROM no_show"),
    ("no_show_barred_by", "", "UPDATE no_show SET bar_id = NULL"),
    ("completion_rule_percent_known", "", "UPDATE completion_rule SET percent = 0"),
    ("completion_minutes_not_negative", "", "UPDATE completion SET minutes = -1"),
    ("completion_planned_not_negative", "", "UPDATE completion SET planned = -1"),
    ("completion_state_known", "", "UPDATE completion SET state = 'lost'"),
    ("anonymous_part_sex_known", "", "UPDATE anonymous_part SET sex = 'other'"),
    ("anonymous_part_age_in_tens", "", "UPDATE anonymous_part SET age = 45"),
    ("anonymous_part_how_known", "", "UPDATE anonymous_part SET ended = '2021-01-01', how = 'lost'"),
    ("anonymous_part_ended_somehow", "", "UPDATE anonymous_part SET ended = '2021-01-01'"),
    ("anonymous_part_described", "", "UPDATE anonymous_part SET sex = NULL"),
    ("anonymous_part_held_not_negative", "", "UPDATE anonymous_part SET held = -1"),
    ("anonymous_part_held_minutes_not_negative", "", "UPDATE anonymous_part SET held_minutes = -1"),
    ("anonymous_attendance_sex_known", "", "UPDATE anonymous_attendance SET sex = 'other'"),
    ("anonymous_attendance_age_in_tens", "", "UPDATE anonymous_attendance SET age = 45"),
    ("anonymous_attendance_attended_not_negative", "", "UPDATE anonymous_attendance SET attended = -1"),
    ("anonymous_attendance_minutes_not_negative", "", "UPDATE anonymous_attendance SET minutes = -1"),
    ("anonymous_attendance_no_shows_not_negative", "", "UPDATE anonymous_attendance SET no_shows = -1"),
    ("anonymous_attendance_described", "", "UPDATE anonymous_attendance SET sex = NULL"),
    ("kept_figure_side_known", "", "UPDATE kept_figure SET side = 'instructor'"),
    (
        "kept_figure_once",
        "kept_figure.month, kept_figure.side, kept_figure.word",
        "INSERT INTO kept_figure SELECT * FROM kept_figure",
    ),
    ("target_year_known", "", "UPDATE target SET year = 1999"),
    ("target_audience_known", "", "UPDATE target SET audience = 'cats'"),
    ("target_runs_not_negative", "", "UPDATE target SET runs = -1"),
    ("target_minutes_not_negative", "", "UPDATE target SET minutes = -1"),
    ("target_once", "target.year, target.audience", "INSERT INTO target SELECT * FROM target"),
    ("training_budget_year_known", "", "UPDATE training_budget SET year = 1999"),
    ("training_budget_amount_not_negative", "", "UPDATE training_budget SET amount = -1"),
    ("spending_amount_not_nothing", "", "UPDATE spending SET amount = 0"),
    ("spending_purpose_given", "", "UPDATE spending SET purpose = ''"),
    ("week_note_given", "", "UPDATE week_note SET note = ''"),
    ("access_append_only", "", "UPDATE access SET subject_id = 'R-2'"),
    ("audit_append_only", "", "UPDATE audit SET fields = 'none'"),
    ("FOREIGN KEY", "FOREIGN KEY", "DELETE FROM person WHERE id = #1"),
];

/// Two of everything that may not meet.
const SEED: &str = "
INSERT INTO person (id, name, language, made_staff, state, created_at) VALUES
    (#1, 'a', 'ko', false, 'active', '2021-01-01T00:00:00+00:00'), (#2, 'b', 'ko', false, 'active', '2021-01-01T00:00:00+00:00');
INSERT INTO contact (id, person_id, kind, address, confirmed_at) VALUES
    (#1, #1, 'phone', '01000000001', '2021-01-01T00:00:00+00:00'), (#2, #2, 'phone', '01000000002', NULL), (#3, #1, 'email', 'a@example.org', NULL);
INSERT INTO challenge (id, purpose, kind, address, code_hash, token_hash, tries_left, created_at, expires_at) VALUES
    (#1, 'sign_in', 'phone', '01000000001', ##1, ##1, 5, '2021-01-01T00:00:00+00:00', '2021-01-01T00:10:00+00:00'),
    (#2, 'sign_in', 'phone', '01000000001', ##2, ##2, 5, '2021-01-01T00:00:00+00:00', '2021-01-01T00:10:00+00:00');
INSERT INTO duty (person_id, name, granted_at) VALUES
    (#1, 'administrator', '2021-01-01T00:00:00+00:00'), (#1, 'producer', '2021-01-01T00:00:00+00:00');
INSERT INTO space (id, code, name, kind, in_use_from) VALUES
    (#1, 'one', 'one', 'classroom', '2021-01-01'), (#2, 'two', 'two', 'classroom', '2021-01-01');
INSERT INTO seat (id, space_id, code, line, position, accessible) VALUES
    (#1, #1, '1-01', 1, 1, false), (#2, #1, '1-02', 1, 2, false);
INSERT INTO occupation (id, leaf_id, holder, holder_id, starts_at, ends_at) VALUES
    (#1, #1, 'class_session', #1, '2021-01-11T00:00:00+00:00', '2021-01-11T02:00:00+00:00'),
    (#2, #1, 'class_session', #2, '2021-01-11T02:00:00+00:00', '2021-01-11T04:00:00+00:00'),
    (#3, #2, 'class_session', #1, '2021-01-11T00:00:00+00:00', '2021-01-11T02:00:00+00:00');
INSERT INTO course (id, title, category, audience, learn, who_for, materials, fee, search, version) VALUES
    (#1, 'A', 'basic', 'resident', '', '', '', '', 'a', 1), (#2, 'B', 'basic', 'resident', '', '', '', '', 'b', 1);
INSERT INTO run (id, code, course_id, mode, instructor, weekdays, session_count, minutes, capacity, selection, apply_from, apply_until, state, version, created_at) VALUES
    (#1, 'R-1', #1, 'in_person', '', 'mon', 2, 240, 2, 'first_come', '2021-01-01T00:00:00+00:00', '2021-01-10T00:00:00+00:00', 'published', 1, '2021-01-01T00:00:00+00:00'),
    (#2, 'R-2', #2, 'online', '', 'mon', 2, 240, 2, 'first_come', '2021-01-01T00:00:00+00:00', '2021-01-10T00:00:00+00:00', 'published', 1, '2021-01-01T00:00:00+00:00'),
    (#3, 'R-3', #2, 'online', '', 'mon', 2, 240, 2, 'lottery', '2021-01-01T00:00:00+00:00', '2021-01-10T00:00:00+00:00', 'published', 1, '2021-01-01T00:00:00+00:00');
INSERT INTO class_session (id, run_id, number, starts_at, ends_at, minutes, state, moved) VALUES
    (#1, #1, 1, '2021-01-11T00:00:00+00:00', '2021-01-11T02:00:00+00:00', 120, 'planned', false),
    (#2, #1, 2, '2021-01-11T02:00:00+00:00', '2021-01-11T04:00:00+00:00', 120, 'planned', false);
INSERT INTO application (id, run_id, person_id, state, stamp, request_key, seat_id, admission, applied_at) VALUES
    (#1, #1, #1, 'booked', 1, #1, #1, NULL, '2021-01-01T00:00:00+00:00'),
    (#2, #1, #2, 'booked', 2, #2, #2, NULL, '2021-01-01T00:00:00+00:00'),
    (#3, #2, #1, 'booked', 3, #3, NULL, 1, '2021-01-01T00:00:00+00:00'),
    (#4, #2, #2, 'booked', 4, #4, NULL, 2, '2021-01-01T00:00:00+00:00'),
    (#5, #1, #1, 'cancelled', 5, #5, NULL, NULL, '2021-01-01T00:00:00+00:00');
INSERT INTO application_event (id, application_id, at, kind) VALUES (#1, #1, '2021-01-01T00:00:00+00:00', 'booked');
INSERT INTO draw (run_id, version, sealed, commitment, committed_at, value_kind, source, planned_for) VALUES
    (#1, 'v', 'x', 'x', '2021-01-01T00:00:00+00:00', 'other', 'a', '2021-01-10T00:00:00+00:00'),
    (#2, 'v', 'x', 'x', '2021-01-01T00:00:00+00:00', 'other', 'a', '2021-01-10T00:00:00+00:00'),
    (#3, 'v', 'x', 'x', '2021-01-01T00:00:00+00:00', 'other', 'a', '2021-01-10T00:00:00+00:00');
INSERT INTO draw_ticket (application_id, run_id, code) VALUES (#1, #1, 'a'), (#2, #1, 'b'), (#3, #2, 'a');
UPDATE draw SET people = 2, list_hash = 'x', listed_at = '2021-01-10T00:00:00+00:00' WHERE run_id = #1;
UPDATE draw SET people = 0, list_hash = 'x', listed_at = '2021-01-10T00:00:00+00:00' WHERE run_id = #3;
UPDATE draw SET places = 1, public_value = 'x', secret = 'x', drawn_at = '2021-01-11T00:00:00+00:00', drawn_by = #1, key = #1 WHERE run_id = #1;
UPDATE draw_ticket SET rank = 1, lot = 'x' WHERE application_id = #1;
INSERT INTO draw_attempt (id, run_id, at, actor_id) VALUES (#1, #1, '2021-01-12T00:00:00+00:00', #1);
INSERT INTO opening (id, space_id, audience, weekday, from_minute, until_minute) VALUES
    (#1, #1, 'staff', 1, 540, 1080), (#2, #1, 'staff', 2, 540, 1080);
INSERT INTO closure (id, space_id, first_day, last_day, reason) VALUES (#1, #1, '2021-01-01', '2021-01-02', 'repairs');
INSERT INTO margin (space_id, kind, set_up, strike) VALUES (#1, 'class', 10, 10), (#1, 'live', 30, 30);
INSERT INTO thing (id, code, name, kind, total) VALUES (#1, 'camera', 'camera', 'camera', 2), (#2, 'car', 'car', 'car', 1);
INSERT INTO allocation (id, thing_id, number, holder, holder_id, code, starts_at, ends_at) VALUES
    (#1, #1, 1, 'class_session', #1, 'R-1', '2021-01-11T00:00:00+00:00', '2021-01-11T02:00:00+00:00'),
    (#2, #1, 2, 'class_session', #2, 'R-1', '2021-01-11T02:00:00+00:00', '2021-01-11T04:00:00+00:00');
INSERT INTO engagement (id, who, holder, holder_id, code, starts_at, ends_at) VALUES
    (#1, #1, 'class_session', #1, 'R-1', '2021-01-11T00:00:00+00:00', '2021-01-11T02:00:00+00:00'),
    (#2, #1, 'class_session', #2, 'R-1', '2021-01-11T02:00:00+00:00', '2021-01-11T04:00:00+00:00');
INSERT INTO booking (id, code, space_id, kind, purpose, audience, person_id, starts_at, ends_at, set_up, strike, state, held_until, number, request_key, sequence, version, created_at) VALUES
    (#1, 'S21-001', #1, 'live', 'news', 'staff', #1, '2021-01-11T00:00:00+00:00', '2021-01-11T02:00:00+00:00', 0, 0, 'approved', NULL, 1, #1, 0, 1, '2021-01-01T00:00:00+00:00'),
    (#2, 'S21-002', #1, 'live', 'news', 'staff', #1, '2021-01-11T02:00:00+00:00', '2021-01-11T04:00:00+00:00', 0, 0, 'held', '2021-01-02T00:00:00+00:00', 1, #2, 0, 1, '2021-01-01T00:00:00+00:00');
INSERT INTO booking_thing (booking_id, thing_id, number) VALUES (#1, #1, 1), (#1, #2, 1);
INSERT INTO booking_event (id, booking_id, at, kind) VALUES (#1, #1, '2021-01-01T00:00:00+00:00', 'asked');
INSERT INTO bar (id, person_id, scope, from_at, until_at) VALUES (#1, #1, 'studio', '2021-01-01T00:00:00+00:00', '2021-02-01T00:00:00+00:00');
INSERT INTO ticket (id, run_id, person_id, number, choice, state, entered_by, entered_at, application_id) VALUES
    (#1, #1, #1, 1, 'any', 'waiting', #1, '2021-01-01T00:00:00+00:00', NULL),
    (#2, #1, #2, 2, 'any', 'waiting', #1, '2021-01-01T00:00:00+00:00', NULL),
    (#3, #2, #1, 1, 'any', 'released', #1, '2021-01-01T00:00:00+00:00', #1),
    (#4, #1, #1, 3, 'any', 'withdrawn', #1, '2021-01-01T00:00:00+00:00', NULL),
    (#5, #1, #1, 1, 'any', 'withdrawn', #1, '2021-01-01T00:00:00+00:00', NULL);
INSERT INTO channel (id, youtube_id, title, state, sealed_grant, connected_by, connected_at, renewed_at) VALUES
    (#1, 'UC1', 'one', 'connected', 'x', #1, '2021-01-01T00:00:00+00:00', '2021-01-01T00:00:00+00:00'),
    (#2, 'UC2', 'two', 'disconnected', NULL, #1, '2021-01-01T00:00:00+00:00', '2021-01-01T00:00:00+00:00');
INSERT INTO encoder (id, name, channel_id, stream, address, sealed_key, status, health) VALUES
    (#1, 'one', #1, 's1', 'rtmps://a', 'x', 'ready', 'noData'), (#2, 'two', #1, 's2', 'rtmps://a', 'x', 'ready', 'noData');
INSERT INTO broadcast (id, code, run_id, number, channel_id, encoder_id, privacy, made_for_kids, dvr, latency, state, generation, video, bound, looks, tries, settled, unwanted, version, created_at) VALUES
    (#1, 'R-1-1', #1, 1, #1, #1, 'unlisted', false, true, 'low', 'armed', 1, 'abc', 's1', 0, 0, true, false, 1, '2021-01-01T00:00:00+00:00'),
    (#2, 'R-1-2', #1, 2, #1, #1, 'unlisted', false, true, 'low', 'planned', 1, NULL, NULL, 0, 0, false, false, 1, '2021-01-01T00:00:00+00:00');
INSERT INTO broadcast_event (id, broadcast_id, at, kind, state) VALUES (#1, #1, '2021-01-01T00:00:00+00:00', 'planned', 'planned');
INSERT INTO broadcast_call (id, broadcast_id, channel_id, method, units, day, at) VALUES (#1, #1, #1, 'liveBroadcasts.insert', 50, '2021-01-01', '2021-01-01T00:00:00+00:00');
INSERT INTO broadcast_check (id, broadcast_id, item, checked_by, checked_at) VALUES
    (#1, #1, 'sound', #1, '2021-01-01T00:00:00+00:00'), (#2, #1, 'picture', #1, '2021-01-01T00:00:00+00:00');
INSERT INTO playlist (run_id, channel_id, title, youtube) VALUES (#1, #1, 'one', 'PL1'), (#1, #2, 'two', NULL);
INSERT INTO abandoned (video, broadcast_id, channel_id, stream, tries, abandoned_at) VALUES
    ('old', #1, #1, 's1', 0, '2021-01-01T00:00:00+00:00'), ('older', #1, #1, NULL, 0, '2021-01-01T00:00:00+00:00');
INSERT INTO quota (day, spent) VALUES ('2021-01-01', 50);
INSERT INTO viewer_sample (broadcast_id, at, viewers) VALUES (#1, '2021-01-11T00:00:00+00:00', 12);
INSERT INTO question_box (broadcast_id, open, turn) VALUES (#1, true, 2);
INSERT INTO question (id, broadcast_id, person_id, nickname, words, state, request_key, asked_at) VALUES
    (#1, #1, #1, 'a', 'why', 'asked', #1, '2021-01-11T00:00:00+00:00'), (#2, #1, #1, 'a', 'how', 'hidden', #2, '2021-01-11T00:01:00+00:00');
INSERT INTO attendance_code (id, class_session_id, number, digits, shown_by, shown_at, until_at) VALUES
    (#1, #1, 1, '0417', #1, '2021-01-11T00:00:00+00:00', '2021-01-11T00:10:00+00:00'),
    (#2, #1, 2, '0418', #1, '2021-01-11T01:00:00+00:00', '2021-01-11T01:10:00+00:00');
INSERT INTO attendance_answer (id, code_id, application_id, way, at) VALUES
    (#1, #1, #1, 'watch_page', '2021-01-11T00:01:00+00:00'), (#2, #1, #2, 'code_page', '2021-01-11T00:02:00+00:00');
INSERT INTO attendance_try (code_id, application_id, wrong) VALUES (#1, #1, 1);
INSERT INTO completion_rule (run_id, percent, survey, lessons) VALUES (#1, 80, true, false);
INSERT INTO run_closing (run_id, closed_at, closed_by) VALUES (#1, '2021-02-01T00:00:00+00:00', #1);
INSERT INTO completion (application_id, run_id, minutes, planned, state) VALUES (#1, #1, 120, 120, 'completed');
INSERT INTO certificate_serial (year, last) VALUES (2021, 2);
INSERT INTO certificate (id, application_id, year, serial, token, name, course, issued_at, issued_by, revoked_at, revoked_by, reason) VALUES
    (#1, #1, 2021, 1, 'abcdefghijklmnopqrstuv', 'a', 'b', '2021-02-01T00:00:00+00:00', #1, NULL, NULL, NULL),
    (#2, #1, 2021, 2, 'abcdefghijklmnopqrstuw', 'a', 'b', '2021-02-01T00:00:00+00:00', #1, '2021-02-02T00:00:00+00:00', #1, 'c');
INSERT INTO staff_post (person_id, department, grade) VALUES (#1, 'a', 'b');
INSERT INTO survey_form (id, made_at) VALUES (#2, '2021-01-01T00:00:00+00:00');
INSERT INTO survey_question (form_id, place, kind, ko) VALUES (#2, 1, 'points', 'a'), (#2, 2, 'words', 'b');
INSERT INTO survey_count (run_id, form_id, place, points, people) VALUES (#1, #2, 1, 5, 1), (#1, #2, 1, 4, 1);
INSERT INTO mark (class_session_id, application_id, presence, missed, minutes, way, made_at, arrived_at) VALUES
    (#1, #1, 'present', 0, 120, 'sheet', '2021-01-11T01:00:00+00:00', '2021-01-11T01:00:00+00:00');
INSERT INTO mark_event (id, class_session_id, application_id, presence, missed, way, made_at, arrived_at, outcome) VALUES
    (#1, #1, #1, 'present', 0, 'sheet', '2021-01-11T01:00:00+00:00', '2021-01-11T01:00:00+00:00', 'taken');
INSERT INTO check_in_key (class_session_id, key, made_at) VALUES (#1, ##3, '2021-01-11T01:00:00+00:00');
INSERT INTO check_in_code (application_id, digits) VALUES (#1, '000001'), (#2, '000002');
INSERT INTO kiosk (id, name, place, link_hash, link_until, key_hash, made_by, made_at, wrong) VALUES
    (#1, 'a', 'b', ##1, '2021-01-02T00:00:00+00:00', NULL, #1, '2021-01-01T00:00:00+00:00', 0),
    (#2, 'a', 'b', NULL, NULL, ##2, #1, '2021-01-01T00:00:00+00:00', 0);
INSERT INTO absence_notice (class_session_id, application_id, at) VALUES (#1, #2, '2021-01-10T01:00:00+00:00');
INSERT INTO viewing (class_session_id, application_id, seconds, page, at) VALUES (#1, #1, 60, #1, '2021-01-11T01:01:00+00:00');
INSERT INTO absence_bar (id, person_id, category, from_at, until_at) VALUES (#1, #1, 'basic', '2021-01-12T00:00:00+00:00', '2021-02-12T00:00:00+00:00');
INSERT INTO no_show (class_session_id, application_id, person_id, category, at, outcome, bar_id) VALUES
    (#1, #1, #1, 'basic', '2021-01-12T00:00:00+00:00', 'barred', #1);
INSERT INTO feed (id, token_hash, person_id, created_at) VALUES
    (#1, ##1, #1, '2021-01-01T00:00:00+00:00'), (#2, ##2, #1, '2021-01-01T00:00:00+00:00');
INSERT INTO board (id, code, name, version, created_at) VALUES
    (#1, 'lobby', 'Lobby', 1, '2021-01-01T00:00:00+00:00'), (#2, 'lift', 'Lift', 1, '2021-01-01T00:00:00+00:00');
INSERT INTO board_item (id, board_id, face, title, lines, media_type, width, height, size, sha256, starts_at, ends_at, place, seconds, request_key, version, created_at) VALUES
    (#1, #1, 'notices', 'a', 'b', NULL, NULL, NULL, NULL, NULL, '2021-01-01T15:00:00+00:00', '2021-01-02T15:00:00+00:00', 1, 15, #1, 1, '2021-01-01T00:00:00+00:00'),
    (#2, #1, 'left_poster', 'a', NULL, 'image/png', 3, 4, 2, ##1, '2021-01-01T15:00:00+00:00', '2021-01-02T15:00:00+00:00', 1, 15, #2, 1, '2021-01-01T00:00:00+00:00'),
    (#3, #1, 'video', 'a', NULL, 'video/mp4', NULL, NULL, 2, ##1, '2021-01-01T15:00:00+00:00', '2021-01-02T15:00:00+00:00', 1, 15, #3, 1, '2021-01-01T00:00:00+00:00');
INSERT INTO board_media (item_id, number, bytes) VALUES (#2, 0, ##1), (#2, 1, ##2);
INSERT INTO open_call (id, code, title, purpose, who_for, dates, people, contact, opens_at, closes_at, request_key, version, created_at) VALUES
    (#1, 'C21-01', 'a', 'b', 'c', 'd', 3, 'e', '2021-01-01T00:00:00+00:00', '2021-02-01T00:00:00+00:00', #1, 1, '2021-01-01T00:00:00+00:00'),
    (#2, 'C21-02', 'a', 'b', 'c', 'd', 3, 'e', '2021-01-01T00:00:00+00:00', '2021-02-01T00:00:00+00:00', #2, 1, '2021-01-01T00:00:00+00:00');
INSERT INTO call_answer (id, call_id, person_id, words, consent, state, version, created_at) VALUES
    (#1, #1, #1, 'a', 1, 'declined', 1, '2021-01-01T00:00:00+00:00'),
    (#2, #1, #1, NULL, 1, 'withdrawn', 1, '2021-01-01T00:00:00+00:00'),
    (#3, #2, #1, 'a', 1, 'asked', 1, '2021-01-01T00:00:00+00:00');
INSERT INTO call_answer_event (id, answer_id, at, state) VALUES (#1, #1, '2021-01-01T00:00:00+00:00', 'asked');
INSERT INTO lesson (id, code, course_id, place, title, summary, presenter, seconds, spoken, video, viewers, state, broadcast_id, search, version, created_at) VALUES
    (#1, 'E-1', #1, 1, 'a', '', '', 60, 'ko', 'abc', 'everybody', 'draft', #1, 'a', 1, '2021-01-01T00:00:00+00:00'),
    (#2, 'E-2', #1, 2, 'b', '', '', 60, 'ko', 'abc', 'everybody', 'draft', NULL, 'b', 1, '2021-01-01T00:00:00+00:00');
INSERT INTO lesson_chapter (lesson_id, starts, title) VALUES (#1, 0, 'a'), (#1, 10, 'b');
INSERT INTO lesson_event (id, lesson_id, at, kind) VALUES (#1, #1, '2021-01-01T00:00:00+00:00', 'made');
INSERT INTO lesson_progress (person_id, lesson_id, position, watched, credit, updated_at) VALUES (#1, #1, 0, '', 30, '2021-01-01T00:00:00+00:00');
INSERT INTO caption (id, lesson_id, broadcast_id, language, text, created_at) VALUES
    (#1, #1, NULL, 'ko', 'WEBVTT', '2021-01-01T00:00:00+00:00'), (#2, #1, NULL, 'en', 'WEBVTT', '2021-01-01T00:00:00+00:00'),
    (#3, NULL, #1, 'ko', 'WEBVTT', '2021-01-01T00:00:00+00:00'), (#4, NULL, #1, 'en', 'WEBVTT', '2021-01-01T00:00:00+00:00');
INSERT INTO handout (id, course_id, title, viewers, file_type, size, request_key, created_at) VALUES
    (#1, #1, 'a', 'learners', 'pdf', 2, #1, '2021-01-01T00:00:00+00:00'), (#2, #1, 'b', 'learners', 'pdf', 2, #2, '2021-01-01T00:00:00+00:00');
INSERT INTO handout_piece (handout_id, number, bytes) VALUES (#1, 0, ##1), (#1, 1, ##2);
INSERT INTO anonymous_part (id, number, run_id, sex) VALUES (#1, #2, #1, 'female');
INSERT INTO anonymous_attendance (id, run_id, day, sex, attended, minutes, no_shows) VALUES (#1, #1, '2021-01-04', 'female', 1, 120, 0);
INSERT INTO closed_month (month, closed_at, closed_by) VALUES ('2021-01-01', '2021-02-01T00:00:00+00:00', #1);
INSERT INTO kept_figure (month, side, word, counts) VALUES ('2021-01-01', 'all', '', '{}');
INSERT INTO target (year, audience, runs, minutes) VALUES (2021, 'resident', 140, 168000);
INSERT INTO training_budget (year, amount, version) VALUES (2021, 231105, 1);
INSERT INTO spending (id, day, amount, purpose, entered_by, entered_at) VALUES (#1, '2021-01-02', 1200, 'a', #1, '2021-01-02T00:00:00+00:00');
INSERT INTO week_note (monday, note, written_by, written_at) VALUES ('2021-01-04', 'a', #1, '2021-01-11T00:00:00+00:00');
INSERT INTO access (id, at, viewer_id, duty, subject, subject_id) VALUES (#1, '2021-01-01T00:00:00+00:00', #1, 'front_desk', 'run', 'R-1');
INSERT INTO audit (id, at, actor_id, action, subject, subject_id, fields) VALUES (#1, '2021-01-01T00:00:00+00:00', #1, 'add', 'person', 'x', 'name');
INSERT INTO notice (id, event, person_id, language, facts, state, tries, uncertain, next_at, created_at) VALUES
    (#1, 'booked', #1, 'ko', '{}', 'queued', 0, 0, '2021-01-01T00:00:00+00:00', '2021-01-01T00:00:00+00:00');
";

both! {
    async fn what_must_never_happen_is_refused_by_the_database(site) {
        for statement in SEED.split(";\n").filter(|statement| !statement.trim().is_empty()) {
            execute(site, statement).await.unwrap_or_else(|cause| panic!("{statement}: {cause}"));
        }
        let before = site.tables().await;
        for &(name, sqlite, statement) in BROKEN {
            let said = execute(site, statement).await.expect_err(&format!("{name} let pass: {statement}"));
            let expected = match site.engine {
                Engine::Sqlite if !sqlite.is_empty() => sqlite,
                Engine::Postgres if name == "FOREIGN KEY" => "foreign key",
                _ => name,
            };
            assert!(said.contains(expected), "{name}: {said}");
        }
        before.assert_same(&site.tables().await);
    }

    async fn a_span_may_begin_where_another_ends(site) {
        for statement in SEED.split(";\n").filter(|statement| statement.contains(" space ") || statement.contains("occupation")) {
            execute(site, statement).await.unwrap();
        }
        let later = "UPDATE occupation SET starts_at = '2021-01-11T02:00:00.000001+00:00' WHERE id = #2";
        execute(site, later).await.unwrap();
    }

    async fn every_named_constraint_is_broken_here(site) {
        if site.engine == Engine::Sqlite {
            return;
        }
        let sql = "SELECT conname::text FROM pg_constraint
                   WHERE contype IN ('c', 'u', 'x') AND connamespace = 'public'::regnamespace
                   UNION SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                   WHERE i.indisunique AND NOT i.indisprimary AND c.relnamespace = 'public'::regnamespace";
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let rows = site.centre.database().query_all_raw(statement).await.unwrap();
        let named: BTreeSet<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        let broken: BTreeSet<String> = BROKEN.iter().map(|(name, ..)| (*name).to_owned()).collect();
        let missing: Vec<&String> = named.difference(&broken).collect();
        assert!(missing.is_empty(), "no statement here breaks {missing:?}");
    }
}

/// Runs plain SQL; the error in the database's words.
async fn execute(site: &Site, sql: &str) -> Result<(), String> {
    let mut text = sql.to_owned();
    // No bytes at all.
    text = text.replace("##0", if site.engine == Engine::Sqlite { "x''" } else { "''" });
    for number in 1..=9 {
        let digits = format!("{number:032x}");
        let (id, bytes) = match site.engine {
            Engine::Sqlite => (format!("x'{digits}'"), format!("x'{digits}'")),
            Engine::Postgres => (format!("'{digits}'"), format!("'\\x{digits}'")),
        };
        text = text.replace(&format!("##{number}"), &bytes).replace(&format!("#{number}"), &id);
    }
    let done = site.centre.database().execute_unprepared(&text).await;
    done.map(drop).map_err(|cause| cause.to_string())
}
