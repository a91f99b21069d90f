//! What is known of files, in the database.

use super::{Place, Shown};
use crate::store::connect;
use hallway_protocol::{
    file::{AttachmentKind, BeginUpload, FileHash, FileId, FileName, Waveform},
    names::DisplayName,
    owner::OwnerId,
};
use sqlx::{Connection, Row as _, SqliteConnection, sqlite::SqliteRow};
use std::path::Path;

/// The table, over a connection of its own: what is asked about files does not wait behind messages.
pub(super) struct Table(SqliteConnection);

/// An upload to be begun.
pub(super) struct NewFile {
    pub(super) owner: OwnerId,
    pub(super) place: Place,
    pub(super) asked: BeginUpload,
    pub(super) begun_ms: i64,
}

/// A file or an upload.
pub(super) struct Row {
    pub(super) id: FileId,
    pub(super) owner: OwnerId,
    pub(super) name: FileName,
    pub(super) bytes: u64,
    pub(super) kind: AttachmentKind,
    pub(super) caption: String,
    /// Of a file that is whole.
    pub(super) hash: Option<FileHash>,
    pub(super) place: Place,
}

/// What is kept already.
pub(super) struct Usage {
    /// Uploads that this person has begun and not finished.
    pub(super) begun: u64,
    /// Bytes of this person.
    pub(super) person: u64,
    /// Bytes in all.
    pub(super) all: u64,
}

impl Table {
    pub(super) async fn open(data_dir: &Path) -> sqlx::Result<Self> {
        connect(data_dir).await.map(Self)
    }

    /// Notes an upload; whether its id was free.
    pub(super) async fn begin(&mut self, new: &NewFile) -> sqlx::Result<bool> {
        const INSERT: &str = "INSERT INTO files (id, owner, name, bytes, kind, note_ms, waveform, caption, place, \
                              room_key, room, to_owner, to_name, begun_ms, is_turn) \
                              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
                              ON CONFLICT (id) DO NOTHING";
        let NewFile { owner, place, asked, begun_ms } = new;
        let (note_ms, waveform) = match &asked.kind {
            AttachmentKind::Note { ms, waveform } | AttachmentKind::Turn { ms, waveform } => {
                (Some(i64::from(*ms)), Some(waveform.levels()))
            }
            AttachmentKind::File | AttachmentKind::Image => (None, None),
        };
        let (word, room, person) = match place {
            Place::World => ("world", None, None),
            Place::Room { key, name } => ("room", Some((key.as_str(), name.as_str())), None),
            Place::Person { owner, name } => ("private", None, Some((owner.to_string(), name.as_str()))),
        };
        let (room_key, room) = room.unzip();
        let (to_owner, to_name) = person.unzip();
        let insert = sqlx::query(INSERT)
            .bind(asked.file.to_string())
            .bind(owner.to_string())
            .bind(asked.name.as_str())
            .bind(i64::try_from(asked.bytes).unwrap_or(i64::MAX))
            .bind(stored_word(&asked.kind))
            .bind(note_ms)
            .bind(waveform)
            .bind(asked.caption.as_str())
            .bind(word)
            .bind(room_key)
            .bind(room)
            .bind(to_owner)
            .bind(to_name)
            .bind(begun_ms)
            .bind(matches!(asked.kind, AttachmentKind::Turn { .. }));
        Ok(insert.execute(&mut self.0).await?.rows_affected() == 1)
    }

    /// A file or an upload.
    pub(super) async fn find(&mut self, file: FileId) -> sqlx::Result<Option<Row>> {
        const FIND: &str = "SELECT id, owner, name, bytes, kind, note_ms, waveform, caption, hash, place, room_key, \
                            room, to_owner, to_name, is_turn FROM files WHERE id = $1";
        let row = sqlx::query(FIND).bind(file.to_string()).fetch_optional(&mut self.0).await?;
        row.as_ref().map(read).transpose()
    }

    /// Where a file is shown.
    pub(super) async fn shown(&mut self, file: FileId) -> sqlx::Result<Option<Shown>> {
        const SHOWN: &str = "SELECT kind, thread, from_owner, to_owner FROM messages WHERE file = $1 LIMIT 1";
        let row = sqlx::query(SHOWN).bind(file.to_string()).fetch_optional(&mut self.0).await?;
        let Some(row) = row else { return Ok(None) };
        let between = match row.try_get::<&str, _>("kind")? {
            "private" => Some([owner_in(&row, "from_owner")?, owner_in(&row, "to_owner")?]),
            _ => None,
        };
        Ok(Some(Shown { thread: row.try_get("thread")?, between }))
    }

    /// A file is whole from now on.
    pub(super) async fn seal(&mut self, file: FileId, hash: FileHash) -> sqlx::Result<()> {
        let seal = sqlx::query("UPDATE files SET hash = $2 WHERE id = $1").bind(file.to_string());
        seal.bind(hash.to_string()).execute(&mut self.0).await.map(drop)
    }

    /// Forgets a file; its message is shown without it.
    pub(super) async fn delete(&mut self, file: FileId) -> sqlx::Result<()> {
        let mut transaction = self.0.begin().await?;
        for part in ["UPDATE messages SET file = NULL WHERE file = $1", "DELETE FROM files WHERE id = $1"] {
            sqlx::query(part).bind(file.to_string()).execute(&mut *transaction).await?;
        }
        transaction.commit().await
    }

    /// What is kept of this person and in all; each file counts as `least` bytes at least. Turns are the room's, and
    /// count for nobody.
    pub(super) async fn usage(&mut self, owner: OwnerId, least: u64) -> sqlx::Result<Usage> {
        const USAGE: &str = "SELECT coalesce(sum(owner = $1 AND hash IS NULL), 0), \
                             coalesce(sum(iif(owner = $1 AND NOT is_turn, max(bytes, $2), 0)), 0), coalesce(sum(max(bytes, $2)), 0) \
                             FROM files";
        let row = sqlx::query(USAGE)
            .bind(owner.to_string())
            .bind(i64::try_from(least).unwrap_or(i64::MAX))
            .fetch_one(&mut self.0)
            .await?;
        let number = |column| row.try_get::<i64, _>(column).map(|number| u64::try_from(number).unwrap_or_default());
        Ok(Usage { begun: number(0)?, person: number(1)?, all: number(2)? })
    }

    /// The files and uploads of an owner.
    pub(super) async fn of_owner(&mut self, owner: OwnerId) -> sqlx::Result<Vec<FileId>> {
        self.ids(sqlx::query_scalar("SELECT id FROM files WHERE owner = $1").bind(owner.to_string())).await
    }

    /// Those begun before `before_ms` that no message has: uploads that nobody went on with, and what was left when its
    /// message went.
    pub(super) async fn unused(&mut self, before_ms: i64) -> sqlx::Result<Vec<FileId>> {
        const UNUSED: &str = "SELECT id FROM files WHERE begun_ms < $1 \
                              AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.file = files.id)";
        self.ids(sqlx::query_scalar(UNUSED).bind(before_ms)).await
    }

    /// All there are, and whether each is whole.
    pub(super) async fn all(&mut self) -> sqlx::Result<Vec<(FileId, bool)>> {
        let rows: Vec<(String, bool)> =
            sqlx::query_as("SELECT id, hash IS NOT NULL FROM files").fetch_all(&mut self.0).await?;
        Ok(rows.into_iter().filter_map(|(id, whole)| Some((id.parse().ok()?, whole))).collect())
    }

    async fn ids<'q>(
        &mut self,
        query: sqlx::query::QueryScalar<'q, sqlx::Sqlite, String, sqlx::sqlite::SqliteArguments>,
    ) -> sqlx::Result<Vec<FileId>> {
        Ok(query.fetch_all(&mut self.0).await?.iter().filter_map(|id| id.parse().ok()).collect())
    }
}

fn read(row: &SqliteRow) -> sqlx::Result<Row> {
    let place = match row.try_get::<&str, _>("place")? {
        "room" => Place::Room { key: text(row, "room_key")?, name: text(row, "room")? },
        "private" => Place::Person {
            owner: owner_in(row, "to_owner")?.ok_or_else(|| broken("a private file is nobody's"))?,
            name: DisplayName::new(&text(row, "to_name")?).map_err(broken)?,
        },
        _ => Place::World,
    };
    Ok(Row {
        id: row.try_get::<&str, _>("id")?.parse().map_err(broken)?,
        owner: OwnerId::parse(row.try_get("owner")?).map_err(broken)?,
        name: FileName::made_of(row.try_get("name")?),
        bytes: u64::try_from(row.try_get::<i64, _>("bytes")?).unwrap_or_default(),
        kind: kind(row)?,
        caption: row.try_get("caption")?,
        hash: row.try_get::<Option<&str>, _>("hash")?.and_then(|hash| hash.parse().ok()),
        place,
    })
}

/// What a file is shown as.
pub(crate) fn kind(row: &SqliteRow) -> sqlx::Result<AttachmentKind> {
    Ok(match row.try_get::<&str, _>("kind")? {
        "image" => AttachmentKind::Image,
        "note" => {
            let ms = row.try_get::<Option<i64>, _>("note_ms")?;
            let ms = ms.and_then(|ms| u32::try_from(ms).ok()).unwrap_or_default();
            let levels = row.try_get::<Option<Vec<u8>>, _>("waveform")?.unwrap_or_default();
            let waveform = Waveform::new(levels).unwrap_or_default();
            if row.try_get("is_turn")? {
                AttachmentKind::Turn { ms, waveform }
            } else {
                AttachmentKind::Note { ms, waveform }
            }
        }
        _ => AttachmentKind::File,
    })
}

/// The kind's word in the table, where a turn is a note of its own sort.
fn stored_word(kind: &AttachmentKind) -> &'static str {
    match kind {
        AttachmentKind::Turn { .. } => "note",
        kind => kind.word(),
    }
}

fn text(row: &SqliteRow, column: &str) -> sqlx::Result<String> {
    Ok(row.try_get::<Option<String>, _>(column)?.unwrap_or_default())
}

fn owner_in(row: &SqliteRow, column: &str) -> sqlx::Result<Option<OwnerId>> {
    let text: Option<&str> = row.try_get(column)?;
    Ok(text.and_then(|text| OwnerId::parse(text).ok()))
}

fn broken(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}
