//! The program, killed without warning at moments that a seed draws, while a crowd writes: what was acknowledged is there
//! once, under the number that was told, and nothing else is.
//!
//! A few rounds belong to every run of the tests. `HALLWAY_KILL_ROUNDS=200` asks for more, `HALLWAY_KILL_SEED` draws other
//! moments:
//!
//! ```text
//! HALLWAY_KILL_ROUNDS=200 cargo test --workspace --locked --test live kills -- --nocapture
//! ```

use crate::live_client::{LiveClient, Program};
use hallway_protocol::{
    chat::{ChatMessage, Conversation},
    control::ServerMessage,
    ids::RequestId,
};
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    collections::{HashMap, HashSet},
    net::SocketAddr,
    path::Path,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

/// People who write at the same time.
const WRITERS: usize = 20;
/// Rounds of a usual run.
const ROUNDS: u64 = 6;
/// The program lives for at most so long once everybody is in.
const LONGEST: Duration = Duration::from_millis(1200);
/// Texts that each writer sends as fast as the server takes them, before going on at the pace of the rate.
const AT_ONCE: usize = 8;
/// Between those, and between the further ones: within the rate of texts.
const PAUSES: [Duration; 2] = [Duration::from_millis(15), Duration::from_millis(210)];
/// How long all of them may take to come in, on a busy machine.
const ENTRY: Duration = Duration::from_secs(90);

/// What one writer sent, and what of it was acknowledged.
struct Written {
    sent: HashMap<RequestId, String>,
    acknowledged: Vec<ChatMessage>,
}

#[test]
fn nothing_acknowledged_is_lost_or_there_twice_whenever_the_program_is_killed() {
    let (rounds, seed) = (number("HALLWAY_KILL_ROUNDS", ROUNDS), number("HALLWAY_KILL_SEED", 1));
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path());
    let (mut last, mut acknowledged, mut stored) = (0, 0, 0);
    for round in 0..rounds {
        let written = killed_while_writing(&mut program, &folder.path().join("certificate.pem"), moment(seed, round));
        // That it is ready again says that the database opened.
        program = Program::start(folder.path());
        let is_last = round + 1 == rounds;
        let kept = Kept::read(folder.path(), last, is_last);
        let told = kept.compare(&written, round);
        (acknowledged, stored) = (acknowledged + told, stored + kept.rows.len());
        last = kept.rows.last().map_or(last, |(id, _)| *id);
    }
    assert!(acknowledged > 0, "nobody was ever acknowledged");
    eprintln!("{rounds} kills, seed {seed}: {acknowledged} acknowledged, {stored} stored, none lost, none twice");
}

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().map_or(usual, |text| text.parse().unwrap())
}

/// When the program dies in this round.
fn moment(seed: u64, round: u64) -> Duration {
    let drawn = blake3::hash(format!("{seed} {round}").as_bytes());
    let [a, b, ..] = *drawn.as_bytes();
    LONGEST.mul_f64(f64::from(u16::from_be_bytes([a, b])) / f64::from(u16::MAX))
}

/// Lets everybody in and write, and kills the program after `life`.
fn killed_while_writing(program: &mut Program, certificate: &Path, life: Duration) -> Vec<Written> {
    let (listen, killed) = (program.listen, AtomicBool::new(false));
    let (came, entries) = mpsc::channel();
    thread::scope(|scope| {
        let write = |number, came| write(listen, certificate, number, came, &killed);
        let threads: Vec<_> = (0..WRITERS)
            .map(|number| {
                let came = came.clone();
                scope.spawn(move || write(number, came))
            })
            .collect();
        let all_in = (0..WRITERS).all(|_| entries.recv_timeout(ENTRY).is_ok());
        // Not a wait for anything: the moment of the kill is what the seed draws.
        thread::sleep(life);
        program.kill();
        killed.store(true, Ordering::Release);
        assert!(all_in, "not everybody came in");
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// One writer: to everyone, and in private to the next one, by turns.
fn write(
    listen: SocketAddr,
    certificate: &Path,
    number: usize,
    came: mpsc::Sender<()>,
    killed: &AtomicBool,
) -> Written {
    let mut client = LiveClient::enter_at(listen, certificate, &name(number));
    came.send(()).unwrap();
    let (mut sent, mut next) = (HashMap::new(), Instant::now());
    // Unlike any other text there ever was.
    let own: u64 = rand::random();
    while !killed.load(Ordering::Acquire) {
        if Instant::now() < next {
            client.pass(Duration::from_millis(1));
            continue;
        }
        let text = format!("{own:016x} {}", sent.len());
        let request = if sent.len() % 2 == 0 {
            client.say(Conversation::World, &text)
        } else {
            client.letter(&name((number + 1) % WRITERS), &text)
        };
        sent.insert(request, text);
        next += PAUSES[usize::from(sent.len() > AT_ONCE)];
    }
    // What the server had sent before it died.
    client.pass(Duration::from_millis(50));
    let acknowledged = client.received().iter().filter_map(|message| match message {
        ServerMessage::Said { message, request: Some(_) } => Some(message.clone()),
        _ => None,
    });
    Written { sent, acknowledged: acknowledged.collect() }
}

fn name(number: usize) -> String {
    format!("Writer {number}")
}

/// What is on the disk since some message.
struct Kept {
    rows: Vec<(i64, String)>,
}

impl Kept {
    /// Reads it; `thoroughly` has the index of words checked as well.
    fn read(folder: &Path, since: i64, thoroughly: bool) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let file = SqliteConnectOptions::new().filename(folder.join("hallway.db"));
            let mut database = SqliteConnection::connect_with(&file).await.unwrap();
            let check = if thoroughly { "PRAGMA integrity_check" } else { "PRAGMA quick_check" };
            let sound: String = sqlx::query_scalar(check).fetch_one(&mut database).await.unwrap();
            assert_eq!(sound, "ok");
            if thoroughly {
                let index = "INSERT INTO found (found, rank) VALUES ('integrity-check', 1)";
                sqlx::query(index).execute(&mut database).await.unwrap();
            }
            let rows = sqlx::query("SELECT id, text FROM messages WHERE id > $1 ORDER BY id").bind(since);
            let rows = rows.fetch_all(&mut database).await.unwrap();
            let rows = rows.iter().map(|row| (row.get("id"), row.get("text"))).collect();
            database.close().await.unwrap();
            Self { rows }
        })
    }

    /// Holds it against what was written in this round; how much of that was acknowledged.
    fn compare(&self, written: &[Written], round: u64) -> usize {
        let by_id: HashMap<i64, &str> = self.rows.iter().map(|(id, text)| (*id, text.as_str())).collect();
        let texts: HashSet<&str> = by_id.values().copied().collect();
        assert_eq!(texts.len(), self.rows.len(), "round {round}: something is there twice");
        let sent: HashSet<&str> = written.iter().flat_map(|one| one.sent.values()).map(String::as_str).collect();
        let unknown: Vec<_> = texts.difference(&sent).collect();
        assert!(unknown.is_empty(), "round {round}: nobody sent {unknown:?}");
        let acknowledged = written.iter().flat_map(|one| &one.acknowledged);
        let lost: Vec<_> =
            acknowledged.clone().filter(|told| by_id.get(&told.id.0) != Some(&told.text.as_str())).collect();
        assert!(lost.is_empty(), "round {round}: acknowledged and not there as told: {lost:?}");
        acknowledged.count()
    }
}
