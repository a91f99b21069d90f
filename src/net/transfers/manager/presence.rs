//! What a sign-in, and its end, means for transfers.

use super::{Manager, remove_temporary};
use crate::net::transfers::{
    Access, FileChanged, Report, TransferState,
    cause::Cause,
    desk::FileDesk,
    kept::{Job, Kept},
    transfer::Transfer,
};

impl Manager {
    /// Takes up what an earlier run of the client did not finish.
    pub(super) fn take_up(&mut self, kept: Kept) {
        let id = self.number();
        let transfer = Transfer::kept(id, kept);
        match &transfer.job {
            // It can't go on: people and rooms have other numbers by now. Its sender is told at the next sign-in there.
            Job::Up(upload) if !upload.begun => {
                remove_temporary(&upload.path, upload.temporary);
                self.lost.push(transfer);
            }
            _ => self.transfers.push(transfer),
        }
    }

    pub(super) async fn come_online(&mut self, access: Access) {
        self.go_offline().await;
        let (told, lost): (Vec<_>, _) =
            std::mem::take(&mut self.lost).into_iter().partition(|transfer| transfer.is_of(&access));
        self.lost = lost;
        for transfer in self.transfers.iter_mut().filter(|transfer| transfer.is_of(&access)) {
            // What went wrong on the last way says nothing about this one.
            transfer.try_now();
        }
        match FileDesk::new(access) {
            Ok(desk) => self.desk = Some(desk),
            Err(error) => tracing::error!(%error, "no files can be carried"),
        }
        for mut transfer in told {
            let id = transfer.id;
            transfer.is_stale = true;
            self.transfers.push(transfer);
            let text = "Hallway was ended before the file was begun; send it again.";
            self.end(id, Err(Cause::never("not_begun", text)));
        }
        self.keep().await;
    }

    /// What runs waits for the next sign-in. What the server has not said yes to can't: people and rooms may have other
    /// numbers by then.
    pub(super) async fn go_offline(&mut self) {
        let Some(desk) = self.desk.take() else { return };
        let mut lost = Vec::new();
        for transfer in self.transfers.iter_mut().filter(|transfer| transfer.is_of(desk.access())) {
            let is_unbegun = matches!(&transfer.job, Job::Up(upload) if !upload.begun);
            transfer.is_stale |= is_unbegun;
            if !transfer.is_open() {
                continue;
            }
            transfer.stop();
            if is_unbegun {
                lost.push(transfer.id);
            } else if transfer.state != TransferState::Paused {
                transfer.begin_anew();
                let event = transfer.event(FileChanged::Paused);
                event.into_iter().for_each(|event| (self.report)(Report::Event(event)));
            }
        }
        for id in lost {
            if let Some(Transfer { job: Job::Up(upload), .. }) = self.transfers.iter().find(|it| it.id == id) {
                // At once: the client may be about to end.
                remove_temporary(&upload.path, upload.temporary);
            }
            let text = "The connection ended before the file was begun; send it again.";
            self.end(id, Err(Cause::never("not_connected", text)));
        }
        self.keep().await;
    }
}
