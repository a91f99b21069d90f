//! Writes out messages and accounts, a JSON object a line, beside a server that may be running.

use super::{AdminError, find};
use crate::{
    accounts::Accounts,
    config::{ExportOrder, MessageExport},
    store::{
        OpenError, connect,
        export::{self, ExportFilter},
    },
};
use hallway_protocol::names::NameKey;
use serde_json::Value;
use sqlx::SqliteConnection;
use std::{
    fs::OpenOptions,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// Carries the order out, and notes it in the log.
pub(super) async fn run(data_dir: &Path, accounts: &Accounts, order: &ExportOrder) -> Result<(), AdminError> {
    let (what, whom, to) = match order {
        ExportOrder::Messages(order) => ("messages", order.account.as_deref().unwrap_or_default(), &order.to),
        ExportOrder::Accounts { to } => ("accounts", "", to),
    };
    let mut out = open(to.as_ref())?;
    let mut connection = connect(data_dir).await.map_err(OpenError::from)?;
    match order {
        ExportOrder::Messages(order) => messages(&mut connection, accounts, order, &mut out).await?,
        ExportOrder::Accounts { .. } => {
            write(&mut out, &export::accounts(&mut connection).await.map_err(OpenError::from)?)?;
        }
    }
    out.flush()?;
    Ok(accounts.note("export", whom, what).await?)
}

/// A new file that only its owner reads, or standard output.
fn open(to: Option<&PathBuf>) -> Result<Box<dyn Write>, AdminError> {
    let Some(path) = to else { return Ok(Box::new(BufWriter::new(io::stdout().lock()))) };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|error| AdminError::File { path: path.clone(), error })?;
    Ok(Box::new(BufWriter::new(file)))
}

async fn messages(
    connection: &mut SqliteConnection,
    accounts: &Accounts,
    order: &MessageExport,
    out: &mut impl Write,
) -> Result<(), AdminError> {
    let owner = match &order.account {
        Some(name) => Some(find(accounts, name).await?.owner),
        None => None,
    };
    let filter = ExportFilter {
        owner,
        room: order.room.as_deref().map(NameKey::of),
        since_ms: moment(connection, order.since.as_deref()).await?,
        until_ms: moment(connection, order.until.as_deref()).await?,
    };
    let mut after = Some(0);
    while let Some(id) = after {
        let page = export::messages(connection, &filter, id).await.map_err(OpenError::from)?;
        write(out, &page.objects)?;
        after = page.after;
    }
    Ok(())
}

async fn moment(connection: &mut SqliteConnection, text: Option<&str>) -> Result<Option<i64>, AdminError> {
    let Some(text) = text else { return Ok(None) };
    let moment = export::moment(connection, text).await.map_err(OpenError::from)?;
    moment.map(Some).ok_or_else(|| AdminError::NoTime(text.to_owned()))
}

fn write(out: &mut impl Write, objects: &[Value]) -> io::Result<()> {
    objects.iter().try_for_each(|object| writeln!(out, "{object}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accounts::Account,
        store::{Database, NewMessage, Thread},
        world::Moderators,
    };
    use hallway_protocol::{
        ids::PersonId,
        names::DisplayName,
        owner::{OwnerId, OwnerKey},
        password::Password,
    };

    /// The 27th of November 2026, at ten.
    const TEN: i64 = 1_795_773_600_000;

    fn message(thread: Thread, author: OwnerId, text: &str, sent_ms: i64) -> NewMessage {
        let is_private = matches!(thread, Thread::Pair { .. });
        NewMessage {
            thread,
            writer: PersonId(1),
            from: DisplayName::new("Ann").unwrap(),
            to: is_private.then(|| DisplayName::new("Bob").unwrap()),
            text: text.to_owned(),
            attachment: None,
            sent_ms,
            author,
            reply_to: None,
            mentions: Vec::new(),
        }
    }

    async fn register(accounts: &Accounts, name: &str, before: OwnerId) -> Account {
        let name = DisplayName::new(name).unwrap();
        let prepared = accounts.prepare(&name.key(), Password::new("correct horse").unwrap()).await.unwrap();
        accounts.register(&name, &prepared, before).await.unwrap()
    }

    async fn exported(folder: &Path, accounts: &Accounts, order: MessageExport) -> Result<Vec<Value>, AdminError> {
        let mut out = Vec::new();
        messages(&mut connect(folder).await.unwrap(), accounts, &order, &mut out).await?;
        Ok(String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    #[tokio::test]
    async fn what_was_said_is_written_out_beside_a_server_that_has_the_database_open() {
        let folder = tempfile::tempdir().unwrap();
        let mut database = Database::open(folder.path(), 1).await.unwrap();
        let accounts = Accounts::open(folder.path(), Moderators::default()).await.unwrap();
        let guest = OwnerKey::new([1; 32]).id();
        let ann = register(&accounts, "Ann", guest).await.owner;
        let other = OwnerKey::new([2; 32]).id();
        let room = Thread::map_room("Library");
        let said = [
            message(Thread::World, ann, "to \"all\"\nof you", TEN),
            message(room, other, "in the room", TEN + 1000),
            message(Thread::Pair { from: other, to: ann }, other, "private", TEN + 2000),
        ];
        database.append(&said).await.unwrap();
        let texts = async |order| {
            let all = exported(folder.path(), &accounts, order).await.unwrap();
            all.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let all = exported(folder.path(), &accounts, MessageExport::default()).await.unwrap();
        let first = serde_json::json!({
            "type": "message", "id": 1, "place": "world", "sent": "2026-11-27T10:00:00.000Z", "sent_ms": TEN,
            "from": "Ann", "from_owner": ann.to_string(), "text": "to \"all\"\nof you",
        });
        assert_eq!((all.len(), &all[0]), (3, &first));
        assert_eq!((all[1]["room"].as_str(), all[2]["to"].as_str()), (Some("Library"), Some("Bob")));
        let order = MessageExport::default;
        let (library, name) = (Some("LIBRARY".to_owned()), Some("ann".to_owned()));
        assert_eq!(texts(MessageExport { room: library, ..order() }).await, ["in the room"]);
        assert_eq!(texts(MessageExport { account: name, ..order() }).await, ["to \"all\"\nof you", "private"]);
        let since = Some("2026-11-27T10:00:01".to_owned());
        let until = Some("2026-11-27 10:00:02".to_owned());
        assert_eq!(texts(MessageExport { since, until, ..order() }).await, ["in the room"]);
        let until = Some("2026-11-27".to_owned());
        assert!(texts(MessageExport { until, ..order() }).await.is_empty());
        for wrong in ["yesterday", "27.11.2026", "2026-13-01", "2461372"] {
            let order = MessageExport { since: Some(wrong.into()), ..order() };
            let refused = exported(folder.path(), &accounts, order).await;
            assert!(matches!(refused, Err(AdminError::NoTime(_))), "{wrong}");
        }
        let nobody = MessageExport { account: Some("Cleo".into()), ..order() };
        assert!(matches!(exported(folder.path(), &accounts, nobody).await, Err(AdminError::NoAccount(_))));
    }

    #[tokio::test]
    async fn long_histories_are_written_out_whole_and_accounts_without_passwords() {
        let folder = tempfile::tempdir().unwrap();
        let mut database = Database::open(folder.path(), 1).await.unwrap();
        let accounts = Accounts::open(folder.path(), Moderators::default()).await.unwrap();
        let guest = OwnerKey::new([1; 32]).id();
        register(&accounts, "Ann", guest).await;
        let said: Vec<_> = (0..1200).map(|n| message(Thread::World, guest, &n.to_string(), TEN)).collect();
        database.append(&said).await.unwrap();
        let all = exported(folder.path(), &accounts, MessageExport::default()).await.unwrap();
        assert!(all.iter().map(|message| message["text"].as_str().unwrap()).eq(said.iter().map(|said| &*said.text)));
        let file = folder.path().join("accounts.jsonl");
        let order = ExportOrder::Accounts { to: Some(file.clone()) };
        run(folder.path(), &accounts, &order).await.unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        let account: Value = serde_json::from_str(text.trim_end()).unwrap();
        assert_eq!((&account["name"], &account["role"]), (&"Ann".into(), &"owner".into()));
        assert!(!text.contains("argon2"), "{text}");
        assert!(
            matches!(run(folder.path(), &accounts, &order).await, Err(AdminError::File { .. })),
            "it is there already"
        );
        let deeds = accounts.deeds().await.unwrap();
        assert_eq!((deeds.len(), deeds[0].what.as_str(), deeds[0].detail.as_str()), (1, "export", "accounts"));
    }
}
