//! A small client over real sockets, updated by the test, and the program as a child process.

use bevy::prelude::*;
use hallway_protocol::{
    channels::{ControlChannel, ProtocolPlugin},
    chat::{ChatMessage, ChatText, Conversation},
    control::{ClientMessage, ServerMessage},
    desk::{SignInGrant, SignInRefusal, SignInRequest},
    ids::{PersonId, RequestId},
    keeping::Keeping,
    link::{
        event_loop::finish_plugins,
        setup::{self, tokens},
        udp::UdpClientLink,
    },
    names::DisplayName,
    owner::OwnerKey,
};
use hallway_server::Running;
use lightyear::prelude::{Connected, MessageReceiver, MessageSender};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

/// How long anything may take that is waited for; the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// The key that every client of these tests shows.
pub(crate) fn owner_key() -> OwnerKey {
    OwnerKey::new([1; 32])
}

/// Signs in at the desk, trusting the certificate in the file.
pub(crate) fn sign_in(desk: SocketAddr, certificate: &Path, name: &str) -> Result<SignInGrant, SignInRefusal> {
    sign_in_with(desk, certificate, &SignInRequest::guest(name, owner_key().to_hex()))
}

/// Signs in with whatever the request shows.
pub(crate) fn sign_in_with(
    desk: SocketAddr,
    certificate: &Path,
    request: &SignInRequest,
) -> Result<SignInGrant, SignInRefusal> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("https://localhost:{}/session", desk.port());
        let client = reqwest::Client::builder().use_preconfigured_tls(trusting(certificate)).no_proxy();
        let response = client.build().unwrap().post(url).json(request).send().await.unwrap();
        if response.status().is_success() {
            Ok(response.json().await.unwrap())
        } else {
            Err(response.json().await.unwrap())
        }
    })
}

fn trusting(certificate: &Path) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// What came in this update; lightyear drops what is not read by its end.
#[derive(Resource, Default)]
struct Received(Vec<ServerMessage>);

fn receive(mut links: Query<&mut MessageReceiver<ServerMessage>>, mut received: ResMut<Received>) {
    for mut receiver in &mut links {
        received.0.extend(receiver.receive());
    }
}

/// A client that is signed in.
pub(crate) struct LiveClient {
    /// The own id.
    pub(crate) person: PersonId,
    /// Whether this person moderates every room.
    pub(crate) moderator: bool,
    /// How long the server keeps what is said.
    pub(crate) keeping: Keeping,
    app: App,
    link: Entity,
    received: Vec<ServerMessage>,
    requests: u32,
}

impl LiveClient {
    /// Signs in at a server of this process.
    pub(crate) fn enter(server: &Running, name: &str) -> Self {
        Self::enter_at(server.listen, &server.data_dir.join("certificate.pem"), name)
    }

    /// Signs in at the program.
    pub(crate) fn enter_program(program: &Program, name: &str) -> Self {
        Self::enter_at(program.listen, &program.data_dir.join("certificate.pem"), name)
    }

    pub(crate) fn enter_at(listen: SocketAddr, certificate: &Path, name: &str) -> Self {
        let grant = sign_in(listen, certificate, name).unwrap();
        let token = tokens::read_token(&unhex(&grant.token)).unwrap();
        let mut app = App::new();
        setup::lean_task_pools(&mut app);
        setup::client_plugins(&mut app);
        app.add_plugins(ProtocolPlugin).init_resource::<Received>().add_systems(Update, receive);
        finish_plugins(&mut app);
        let link = setup::spawn_client(app.world_mut(), token, UdpClientLink::new(listen)).unwrap();
        let mut client = Self {
            person: PersonId(grant.person),
            moderator: false,
            keeping: Keeping::default(),
            app,
            link,
            received: Vec::new(),
            requests: 0,
        };
        client.until("the link to connect", |client| client.app.world().get::<Connected>(client.link).is_some());
        client.tell(ClientMessage::Prove { secret: unhex(&grant.secret).try_into().unwrap() });
        let welcome = client.wait_for("the welcome", |message| matches!(message, ServerMessage::Welcome { .. }));
        if let ServerMessage::Welcome { moderator, keeping, .. } = welcome {
            (client.moderator, client.keeping) = (moderator, keeping);
        }
        client
    }

    /// Updates until the condition holds.
    fn until(&mut self, what: &str, condition: impl Fn(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !condition(self) {
            assert!(Instant::now() < end, "waited in vain for {what}: {:?}", self.received);
            self.update();
        }
    }

    fn update(&mut self) {
        self.app.update();
        self.received.append(&mut self.app.world_mut().resource_mut::<Received>().0);
        // The pace of a client's loop, not a wait for anything.
        std::thread::sleep(Duration::from_millis(2));
    }

    /// Lets real time pass, for rates.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.update();
        }
    }

    /// Waits for a message and takes it.
    pub(crate) fn wait_for(&mut self, what: &str, is: impl Fn(&ServerMessage) -> bool) -> ServerMessage {
        self.until(what, |client| client.received.iter().any(&is));
        let place = self.received.iter().position(is).unwrap();
        self.received.remove(place)
    }

    pub(crate) fn tell(&mut self, message: ClientMessage) {
        let mut sender = self.app.world_mut().get_mut::<MessageSender<ClientMessage>>(self.link).unwrap();
        sender.send::<ControlChannel>(message);
        self.update();
    }

    pub(crate) fn next_request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    pub(crate) fn say(&mut self, to: Conversation, text: &str) -> RequestId {
        let request = self.next_request();
        self.tell(ClientMessage::Say { request, to, text: ChatText::new(text).unwrap() });
        request
    }

    /// A private message by name.
    pub(crate) fn letter(&mut self, to: &str, text: &str) -> RequestId {
        let request = self.next_request();
        let (to, text) = (DisplayName::new(to).unwrap(), ChatText::new(text).unwrap());
        self.tell(ClientMessage::Letter { request, to, text });
        request
    }

    /// What came and was not taken yet.
    pub(crate) fn received(&self) -> &[ServerMessage] {
        &self.received
    }

    /// The newest page of a conversation.
    pub(crate) fn history(&mut self, of: Conversation) -> Vec<ChatMessage> {
        let request = self.next_request();
        self.tell(ClientMessage::History { request, of, before: None, count: 50 });
        match self.wait_for("the history", |message| matches!(message, ServerMessage::History { .. })) {
            ServerMessage::History { messages, .. } => messages,
            _ => unreachable!("only a history was waited for"),
        }
    }
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// The program `hallway-server` as a child process.
pub(crate) struct Program {
    child: Child,
    pub(crate) listen: SocketAddr,
    data_dir: PathBuf,
}

impl Program {
    pub(crate) fn start(data_dir: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hallway-server"))
            .args(["--json", "--listen=127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
        let listen = ready["listen"].as_str().unwrap().parse().unwrap();
        Self { child, listen, data_dir: data_dir.to_owned() }
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
