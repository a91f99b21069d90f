//! The session's part in transfers: who is signed in, what the face wants, what there is to show.

use super::{Access, FetchInto, FileChanged, FileEvent, Order, Report, TransferLink};
use crate::net::{
    commands::Command,
    events::Event,
    session::{EnteredWorld, FromFace, FromServer, LeftWorld, Mirror, SessionSystems, ToFace},
    snapshot::ConnectionState,
};
use bevy::prelude::*;
use hallway_protocol::{
    chat::ChatMessage,
    control::ServerMessage,
    file::{Attachment, FileId},
};
use std::sync::Arc;

/// Passes on between the face, the server and the thread that carries files.
pub struct TransfersPlugin;

impl Plugin for TransfersPlugin {
    fn build(&self, app: &mut App) {
        app.add_systems(
            Update,
            (tell_who_is_signed_in, hear_server, obey_face, take_reports).chain().in_set(SessionSystems::Carry),
        );
    }
}

fn tell_who_is_signed_in(
    mut entered: MessageReader<EnteredWorld>,
    mut left: MessageReader<LeftWorld>,
    access: Option<Res<Access>>,
    mirror: Res<Mirror>,
    link: Res<TransferLink>,
) {
    let (has_left, has_entered) = (left.read().count() > 0, entered.read().count() > 0);
    if has_left {
        link.order(Order::Offline);
    }
    if let Some(access) = access.filter(|_| has_entered && mirror.connection == ConnectionState::Connected) {
        link.order(Order::Online(Box::new(access.clone())));
    }
}

fn hear_server(mut heard: MessageReader<FromServer>, mut mirror: ResMut<Mirror>, mut to_face: MessageWriter<ToFace>) {
    for FromServer(message) in heard.read() {
        match message {
            ServerMessage::Said { message: ChatMessage { from, attachment: Some(attachment), .. }, .. }
                if mirror.me.as_ref().is_none_or(|me| *from != Some(me.id)) =>
            {
                to_face.write(ToFace(Event::File(offered(attachment))));
            }
            ServerMessage::FileGone { file } => forget(*file, &mut mirror),
            _ => {}
        }
    }
}

fn offered(Attachment { file, name, bytes, hash, .. }: &Attachment) -> FileEvent {
    FileEvent { file: *file, name: name.clone(), bytes: *bytes, done_bytes: 0, change: FileChanged::Offered(*hash) }
}

/// Messages are shown without a file that was deleted.
fn forget(file: FileId, mirror: &mut Mirror) {
    for log in mirror.chats.values_mut().filter(|log| log.said().any(|said| has(said, file))) {
        for said in Arc::make_mut(log).said_mut().filter(|said| has(said, file)) {
            said.attachment = None;
        }
    }
}

fn has(said: &ChatMessage, file: FileId) -> bool {
    said.attachment.as_ref().is_some_and(|attachment| attachment.file == file)
}

fn obey_face(
    mut asked: MessageReader<FromFace>,
    mirror: Res<Mirror>,
    link: Res<TransferLink>,
    mut to_face: MessageWriter<ToFace>,
) {
    for FromFace(command, _) in asked.read() {
        match command {
            Command::SendFile(outgoing) => link.order(Order::Send(Box::new(outgoing.clone()))),
            Command::FetchFile { file, into } => match attachment(*file, &mirror) {
                Some(attachment) => link.order(Order::Fetch(Box::new(attachment), into.clone())),
                // Nobody asked for it by hand.
                None if *into == FetchInto::Cache => {}
                None => {
                    let text = "No message here has that file; “history” shows older ones.".to_owned();
                    to_face.write(ToFace(Event::Refused { command: "fetch", code: "no_such_file", text }));
                }
            },
            Command::PauseTransfer(file) => link.order(Order::Pause(*file)),
            Command::ResumeTransfer(file) => link.order(Order::Resume(*file)),
            Command::CancelTransfer(file) => link.order(Order::Cancel(*file)),
            Command::DeleteFile(file) => link.order(Order::Delete(*file)),
            _ => {}
        }
    }
}

/// What a message says of a file.
fn attachment(file: FileId, mirror: &Mirror) -> Option<Attachment> {
    let mut attachments = mirror.chats.values().flat_map(|log| log.said()).filter_map(|said| said.attachment.as_ref());
    attachments.find(|attachment| attachment.file == file).cloned()
}

fn take_reports(mut link: ResMut<TransferLink>, mut mirror: ResMut<Mirror>, mut to_face: MessageWriter<ToFace>) {
    while let Some(report) = link.bypass_change_detection().report() {
        match report {
            Report::Views(views) => {
                if *mirror.transfers != views {
                    mirror.transfers = Arc::new(views);
                }
            }
            Report::Event(event) => {
                to_face.write(ToFace(Event::File(event)));
            }
            Report::Refused { command, code, text } => {
                to_face.write(ToFace(Event::FileRefused { command, code, text }));
            }
        }
    }
}
