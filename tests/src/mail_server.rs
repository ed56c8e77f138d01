//! A mail server of a few lines, after RFC 5321: it knows the order of commands and refuses what is out of order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What happens to the next letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Accept,
    /// 451 to the recipient: try again later.
    Greylist,
    /// 550 to the recipient: no such mailbox.
    NoMailbox,
    /// Takes the whole letter and hangs up without an answer.
    DropAfterData,
}

#[derive(Default)]
struct Seen {
    moods: VecDeque<Mood>,
    /// Letters whose last line arrived, also those it gave no answer to.
    letters: Vec<String>,
    /// Commands it refused as wrong.
    wrong: Vec<String>,
}

pub struct MailServer {
    pub port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl MailServer {
    /// Accepts letters once `moods` are used up.
    pub async fn start(moods: &[Mood]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Seen { moods: moods.iter().copied().collect(), ..Seen::default() }));
        let shared = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Dialogue::new(shared.clone()).hold(stream));
            }
        });
        Self { port, seen }
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub fn letters(&self) -> Vec<String> {
        self.seen.lock().expect("the letters").letters.clone()
    }

    pub fn wrong(&self) -> Vec<String> {
        self.seen.lock().expect("the letters").wrong.clone()
    }
}

/// How far one client has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Connected,
    Greeted,
    Sender,
    Recipient,
}

struct Dialogue {
    seen: Arc<Mutex<Seen>>,
    step: Step,
    mood: Mood,
}

impl Dialogue {
    fn new(seen: Arc<Mutex<Seen>>) -> Self {
        Self { seen, step: Step::Connected, mood: Mood::Accept }
    }

    async fn hold(mut self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).split(b'\n');
        write.write_all(b"220 mail.example.org ready\r\n").await?;
        while let Some(line) = lines.next_segment().await? {
            let line = String::from_utf8_lossy(&line).into_owned();
            let answer = self.answer(&line);
            write.write_all(format!("{answer}\r\n").as_bytes()).await?;
            if answer.starts_with("221") {
                break;
            }
            if !answer.starts_with("354") {
                continue;
            }
            let mut letter = String::new();
            while let Some(line) = lines.next_segment().await? {
                let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
                if line == "." {
                    break;
                }
                // A dot at a line's beginning was doubled on the way.
                letter.push_str(line.strip_prefix('.').unwrap_or(&line));
                letter.push('\n');
            }
            self.seen.lock().expect("the letters").letters.push(letter);
            self.step = Step::Greeted;
            if self.mood == Mood::DropAfterData {
                return Ok(());
            }
            write.write_all(b"250 queued\r\n").await?;
        }
        Ok(())
    }

    fn answer(&mut self, line: &str) -> &'static str {
        let (Some(command), true) = (line.strip_suffix('\r'), line.len() <= 512) else {
            return self.refuse(line, "500 a line ends with CR LF and has at most 512 characters");
        };
        let upper = command.to_uppercase();
        let (verb, rest) = upper.split_once(' ').unwrap_or((&upper, ""));
        match (verb, self.step) {
            ("EHLO" | "HELO", _) if !rest.is_empty() => self.reach(Step::Greeted, "250 mail.example.org"),
            ("NOOP", _) => "250 yes",
            ("RSET", _) => self.reach(self.step.min(Step::Greeted), "250 forgotten"),
            ("QUIT", _) => "221 bye",
            ("MAIL", Step::Greeted) if rest.starts_with("FROM:<") && rest.contains('>') => {
                self.mood = self.seen.lock().expect("the letters").moods.pop_front().unwrap_or(Mood::Accept);
                self.reach(Step::Sender, "250 go on")
            }
            ("RCPT", Step::Sender | Step::Recipient) if rest.starts_with("TO:<") && rest.contains('@') => {
                match self.mood {
                    Mood::Greylist => "451 4.7.1 come back later",
                    Mood::NoMailbox => "550 5.1.1 no mailbox of that name",
                    Mood::Accept | Mood::DropAfterData => self.reach(Step::Recipient, "250 go on"),
                }
            }
            ("DATA", Step::Recipient) if rest.is_empty() => "354 end with a dot",
            ("MAIL" | "RCPT" | "DATA", _) => self.refuse(command, "503 out of order or malformed"),
            _ => self.refuse(command, "500 no such command"),
        }
    }

    fn reach(&mut self, step: Step, answer: &'static str) -> &'static str {
        self.step = step;
        answer
    }

    fn refuse(&self, line: &str, answer: &'static str) -> &'static str {
        self.seen.lock().expect("the letters").wrong.push(line.to_owned());
        answer
    }
}
