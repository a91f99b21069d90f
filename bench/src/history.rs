//! What is measured of a server that has been talked in for years: its pages, its search, its start.

mod crowd;
mod start;
mod texts;

use crate::{
    report::{Figure, Goal, Judged, Unit},
    voice::{Effort, Measurement},
};
use anyhow::Result;
use crowd::{Crowd, RARE};
use hallway_server::store::{Database, Narrowed, PagePart, PageQuery, SearchQuery};
use std::{future::Future, path::Path, time::Instant};

/// All of them, in the order of the report.
pub(crate) const MEASUREMENTS: [Measurement; 1] =
    [Measurement { name: "store", what: "a hundred thousand messages", measure }];

/// Messages of a server that is in use for years.
const MESSAGES: usize = 100_000;
/// What pages and searches are to come to, in milliseconds.
const ANSWER: Goal = Goal::new(50.0, 10.0);
/// As many as a client asks for.
const PAGE: u16 = 50;

/// What is looked for, and what about it is worth to be told apart.
const SEARCHES: [(&str, &str); 9] = [
    ("a word that is everywhere", "kamora"),
    ("a word that is rare", RARE),
    ("two words", "kamora tulek"),
    ("a word that is nowhere", "xylophonist"),
    ("two letters that are everywhere", "of"),
    ("two letters that are rare", "qx"),
    ("two letters that are nowhere", "q9"),
    ("two CJK characters", "天气"),
    ("four CJK characters", "天气很好"),
];

fn measure(effort: &Effort) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let crowd = Crowd::new(effort.seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let messages = effort.count(MESSAGES, MESSAGES / 10);
    let mut figures = runtime.block_on(async {
        fill(folder.path(), &crowd, messages).await?;
        // As the server finds it after a start.
        let mut database = Database::open(folder.path(), 2).await?;
        let told = format!("{messages} messages in {} conversations", crowd.threads().len());
        let mut figures = vec![pages(&mut database, &crowd, effort).await?.with_note(told)];
        for (what, words) in SEARCHES {
            figures.push(search(&mut database, &crowd, what, words, effort).await?);
        }
        database.close().await;
        anyhow::Ok(figures)
    })?;
    figures.push(start::measure(folder.path(), effort.count(20, 5))?);
    Ok(figures)
}

/// Stores what the crowd said, in as large steps as the server takes at most.
async fn fill(folder: &Path, crowd: &Crowd, messages: usize) -> Result<()> {
    const AT_ONCE: usize = 256;
    let mut database = Database::open(folder, 1).await?;
    let mut said = crowd.said().take(messages).peekable();
    while said.peek().is_some() {
        let step: Vec<_> = said.by_ref().take(AT_ONCE).collect();
        database.append(&step).await?;
    }
    database.close().await;
    Ok(())
}

/// The first page of each conversation.
async fn pages(database: &mut Database, crowd: &Crowd, effort: &Effort) -> Result<Figure> {
    let mut times = Vec::new();
    for _ in 0..effort.count(10, 1) {
        for thread in crowd.threads() {
            let query = PageQuery { thread: thread.clone(), part: PagePart::Newest, count: PAGE };
            times.push(timed(database.page(&query)).await?);
        }
    }
    Ok(Figure::new("first page of a conversation", Unit::Milliseconds, Judged::P95, times).with_goal(ANSWER))
}

async fn search(database: &mut Database, crowd: &Crowd, what: &str, words: &str, effort: &Effort) -> Result<Figure> {
    let mut times = Vec::new();
    for owner in crowd.owners().cycle().take(effort.count(40, 5)) {
        let (text, room) = (words.to_owned(), Some(crowd.room()));
        let narrowed = Narrowed::default();
        let query = SearchQuery { text, owner, room, narrowed, before: None, count: PAGE };
        times.push(timed(database.search(&query)).await?);
    }
    let name = format!("search for {what}");
    Ok(Figure::new(&name, Unit::Milliseconds, Judged::P95, times).with_goal(ANSWER))
}

/// How long the database takes, in milliseconds.
async fn timed<T, E>(answer: impl Future<Output = Result<T, E>>) -> Result<f64, E> {
    let since = Instant::now();
    answer.await?;
    Ok(since.elapsed().as_secs_f64() * 1000.0)
}
