use super::*;
use crate::net::{
    sign_in::certificate::Fingerprint,
    transfers::{Access, FileEvent},
};
use hallway_protocol::file::FileTarget;
use std::sync::{Arc, Mutex};

const FILE: FileId = FileId::new([1; 16]);

/// A manager that is given orders by hand, and starts nothing.
struct Stand {
    manager: Manager,
    reports: Arc<Mutex<Vec<Report>>>,
    folder: tempfile::TempDir,
    _news: mpsc::Receiver<Ran>,
}

impl Stand {
    fn new() -> Self {
        Self::on(tempfile::tempdir().unwrap())
    }

    fn on(folder: tempfile::TempDir) -> Self {
        let settings = TransferSettings {
            config_dir: folder.path().join("config"),
            downloads: Some(folder.path().join("downloads")),
        };
        let reports = Arc::<Mutex<Vec<Report>>>::default();
        let (told, news) = mpsc::channel(NEWS);
        let reported = Arc::clone(&reports);
        let report = Box::new(move |report| reported.lock().unwrap().push(report));
        Self { manager: Manager::new(&settings, report, told), reports, folder, _news: news }
    }

    /// The next run of the client.
    fn again(self) -> Self {
        Self::on(self.folder)
    }

    async fn online(&mut self) {
        let access = Access {
            server: "127.0.0.1:1".parse().unwrap(),
            fingerprint: Fingerprint([1; 32]),
            key: "key".to_owned(),
            name: "Ann".to_owned(),
        };
        self.manager.obey(Order::Online(Box::new(access))).await;
    }

    async fn fetch(&mut self, into: FetchInto) {
        self.manager.obey(Order::Fetch(Box::new(attachment()), into)).await;
    }

    /// Sends a temporary file; gives where it lies.
    async fn send(&mut self) -> PathBuf {
        let path = self.folder.path().join("note.ogg");
        fs::write(&path, "hello").unwrap();
        let outgoing = Outgoing { file: FILE, ..Outgoing::new(FileTarget::World, &path) };
        self.manager.obey(Order::Send(Box::new(outgoing.temporary()))).await;
        path
    }

    /// The only transfer.
    fn transfer(&mut self) -> &mut Transfer {
        &mut self.manager.transfers[0]
    }

    /// What was told last of a file.
    fn event(&self) -> Option<FileEvent> {
        let reports = self.reports.lock().unwrap();
        let mut events = reports.iter().rev().filter_map(|report| match report {
            Report::Event(event) => Some(event.clone()),
            _ => None,
        });
        events.next()
    }

    fn is_refused(&self) -> bool {
        matches!(self.reports.lock().unwrap().last(), Some(Report::Refused { .. }))
    }

    fn kept(&self) -> bool {
        self.folder.path().join("config/transfers.json").exists()
    }
}

fn attachment() -> Attachment {
    Attachment {
        file: FILE,
        name: FileName::made_of("hello.txt"),
        bytes: 5,
        hash: blake3::hash(b"hello").into(),
        kind: AttachmentKind::File,
    }
}

#[tokio::test]
async fn what_is_paused_waits_for_no_time() {
    let mut stand = Stand::new();
    stand.online().await;
    stand.fetch(FetchInto::Downloads).await;
    stand.transfer().try_later(Instant::now());
    assert!(stand.manager.waits());
    stand.manager.obey(Order::Pause(FILE)).await;
    assert!(!stand.manager.waits());
}

#[tokio::test]
async fn a_new_sign_in_waits_for_nothing_that_an_old_one_waited_for() {
    let mut stand = Stand::new();
    stand.online().await;
    stand.fetch(FetchInto::Downloads).await;
    stand.manager.obey(Order::Offline).await;
    stand.transfer().try_later(Instant::now());
    assert!(!stand.transfer().is_ready(Instant::now()));
    stand.online().await;
    assert!(stand.transfer().is_ready(Instant::now()));
}

#[tokio::test]
async fn what_the_client_keeps_for_itself_is_used_if_it_is_the_same_file() {
    let mut stand = Stand::new();
    stand.online().await;
    let path = stand.manager.places.cached(FILE);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    for (content, state) in [("jello", TransferState::Waiting), ("hello", TransferState::Done)] {
        stand.manager.transfers.clear();
        fs::write(&path, content).unwrap();
        stand.fetch(FetchInto::Cache).await;
        assert_eq!(stand.transfer().state, state, "{content}");
        assert_eq!(path.exists(), content == "hello", "{content}");
    }
}

#[tokio::test]
async fn what_has_its_name_already_is_neither_paused_nor_cancelled() {
    for order in [Order::Pause(FILE), Order::Cancel(FILE)] {
        let mut stand = Stand::new();
        stand.online().await;
        stand.fetch(FetchInto::Downloads).await;
        let path = stand.folder.path().join("hello.txt");
        stand.transfer().settled.set(path.clone()).unwrap();
        stand.manager.obey(order).await;
        assert_eq!(stand.transfer().state, TransferState::Done);
        assert!(matches!(stand.event().unwrap().change, FileChanged::Received { path: lies, .. } if lies == path));
        assert!(!stand.kept());
    }
}

#[tokio::test]
async fn an_upload_that_was_not_begun_is_told_of_in_the_next_run() {
    let mut stand = Stand::new();
    stand.online().await;
    let path = stand.send().await;
    assert!(path.exists() && stand.manager.takes_a_moment());
    let mut stand = stand.again();
    assert!(!path.exists(), "a temporary file stays");
    assert!(stand.kept() && stand.event().is_none());
    stand.online().await;
    assert!(matches!(stand.event().unwrap().change, FileChanged::Failed(_)));
    assert!(!stand.kept());
    stand.manager.obey(Order::Resume(FILE)).await;
    assert!(stand.is_refused(), "people have other numbers by now");
}

#[tokio::test]
async fn what_a_lost_link_kept_from_beginning_is_not_sent_to_others_later() {
    let mut stand = Stand::new();
    stand.online().await;
    let path = stand.send().await;
    stand.manager.obey(Order::Offline).await;
    assert!(!path.exists() && matches!(stand.event().unwrap().change, FileChanged::Failed(_)));
    stand.online().await;
    stand.manager.obey(Order::Resume(FILE)).await;
    assert!(stand.is_refused());
}

#[tokio::test]
async fn an_upload_for_which_the_server_has_no_room_now_goes_on_later() {
    let mut stand = Stand::new();
    stand.online().await;
    stand.send().await;
    let Job::Up(upload) = &mut stand.transfer().job else { panic!() };
    upload.temporary = false;
    let (id, tries) = (stand.transfer().id, stand.transfer().tries);
    stand.manager.hear(Ran::Begun { id }).await;
    let ended = Err(Cause::Stuck { code: "disk_full".to_owned(), text: "Full.".to_owned() });
    stand.manager.hear(Ran::Ended { id, tries, ended }).await;
    assert_eq!(stand.event().unwrap().change, FileChanged::Failed("Full.".to_owned()));
    assert!(stand.kept());
    let mut stand = stand.again();
    assert_eq!(stand.transfer().state, TransferState::Paused);
    stand.online().await;
    stand.manager.obey(Order::Resume(FILE)).await;
    assert!(stand.transfer().is_ready(Instant::now()) && !stand.is_refused());
}

#[tokio::test]
async fn an_upload_that_failed_for_good_begins_anew_when_it_is_tried_again() {
    let mut stand = Stand::new();
    stand.online().await;
    stand.send().await;
    let (id, tries) = (stand.transfer().id, stand.transfer().tries);
    stand.manager.hear(Ran::Begun { id }).await;
    stand.manager.hear(Ran::Ended { id, tries, ended: Err(Cause::never("changed", "Changed.")) }).await;
    assert!(!stand.kept());
    assert!(matches!(&stand.transfer().job, Job::Up(upload) if !upload.begun), "the server is asked to drop it");
}
