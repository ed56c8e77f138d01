//! Courses, runs and class sessions in the database.
