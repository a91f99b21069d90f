//! The own account: registering is a sign-in of its own, changes are asked of the front desk beside it.

use super::{Connection, Report, question};
use crate::net::{
    commands::{Secret, SignIn},
    events::{Event, SignInFailure},
    sign_in::{Desk, Matter},
};
use bevy::prelude::Commands;
use hallway_protocol::{
    desk::{AccountChange, Proof},
    password::Password,
};

impl Connection {
    /// What was asked for with the sign-in holds from now on, and is not to be asked for again.
    pub(super) fn admitted(&mut self) {
        let Some(wanted) = &mut self.wanted else { return };
        wanted.stay = false;
        wanted.invite = None;
        if let Proof::Register(password) = &mut wanted.proof {
            wanted.proof = Proof::Password(std::mem::take(password));
        }
    }

    /// The sign-in that makes the own name one's own, or a code and a sentence about why it can't be.
    pub(super) fn registration(
        &self,
        Secret(password): &Secret,
        stay: bool,
        report: &Report,
    ) -> Result<SignIn, (&'static str, String)> {
        let (Some(wanted), Some(me)) = (&self.wanted, &report.mirror.me) else {
            return Err(("not_connected", "Sign in under the name that you want to keep.".to_owned()));
        };
        if me.account {
            return Err(("has_account", "This name is your own already.".to_owned()));
        }
        Password::new(password).map_err(|error| ("bad_password", format!("This password {error}.")))?;
        Ok(SignIn { proof: Proof::Register(password.clone()), stay, ..wanted.clone() })
    }

    pub(super) fn change_account(
        &mut self,
        password: &Secret,
        change: &AccountChange,
        desk: &Desk,
        report: &mut Report,
    ) {
        let has_account = report.mirror.me.as_ref().is_some_and(|me| me.account);
        let Some(wanted) = self.wanted.clone().filter(|_| has_account) else {
            let (code, text) = ("no_account", "You have no account here.".to_owned());
            return report.tell(Event::Refused { command: "account", code, text });
        };
        self.change = self.number();
        let matter = Matter::Account { password: password.clone(), change: change.clone() };
        desk.ask(question(self.change, wanted, matter));
    }

    pub(super) fn account_changed(&mut self, change: AccountChange, report: &mut Report, commands: &mut Commands) {
        let text = match change {
            AccountChange::Password(password) => {
                if let Some(wanted) = &mut self.wanted {
                    wanted.proof = Proof::Password(password);
                }
                "Your password is another one from now on. Other clients have to give it."
            }
            AccountChange::SignOutEverywhere => {
                self.sign_out(report, commands);
                "You are signed out everywhere."
            }
            AccountChange::Delete => {
                self.sign_out(report, commands);
                "Your account is deleted. What you wrote stays, as by a former member."
            }
        };
        report.notice("account", text.to_owned());
    }

    /// Whoever signs out is asked for the password next time.
    pub(super) fn leave_account(&mut self, desk: &Desk, report: &Report) {
        if report.mirror.me.as_ref().is_some_and(|me| me.account)
            && let Some(wanted) = self.wanted.clone()
        {
            desk.ask(question(self.number(), wanted, Matter::Leave));
        }
    }
}

/// A change of an account that is refused.
pub(super) fn refused(failure: &SignInFailure) -> Event {
    Event::Refused { command: "account", code: code(failure), text: failure.to_string() }
}

/// The word for scripts for a change of an account that is refused; the server's words are known.
fn code(failure: &SignInFailure) -> &'static str {
    const CODES: [&str; 6] = ["wrong_password", "bad_password", "too_many_tries", "busy", "stopping", "unreachable"];
    CODES.into_iter().find(|code| *code == failure.code()).unwrap_or("failed")
}
