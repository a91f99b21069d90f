//! One member of a call as it is seen: the picture, or the portrait where there is none, with the name and what goes on.

use super::{CallModel, words};
use crate::{
    media::video::engine::Shown,
    net::snapshot::{CallView, Snapshot},
    ui::{bidi, canvas, symbols, theme},
};
use bevy_egui::egui::{
    self, Align2, Color32, CornerRadius, FontFamily, FontId, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    WidgetType, pos2, vec2,
};
use hallway_protocol::{
    call::{CallAudio, CallMember, Presence},
    ids::PersonId,
    video::Source,
};

/// Radius of a tile's corners, in points.
const RADIUS: u8 = 10;

/// The own tile bears a name from this width on, in points.
const NAMED: f32 = 110.0;
/// So do the others' tiles.
const LEAST_NAMED: f32 = 64.0;
/// Tiles narrower than this, in points, have room for one word.
const WORDY: f32 = 150.0;

/// Which pictures a tile shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Whose.
    pub person: PersonId,
    /// Which.
    pub source: Source,
}

/// Whether there is anything of a member to be shown: the camera's tile is also the portrait's.
#[must_use]
pub fn is_there(call: &CallView, person: PersonId, source: Source) -> bool {
    call.member(person).is_some_and(|member| source == Source::Camera || member.sending.screen)
}

/// All tiles: shared screens first, then the others, then oneself.
#[must_use]
pub fn all(call: &CallView, me: Option<PersonId>) -> Vec<Tile> {
    let screens = call
        .members
        .iter()
        .filter(|member| member.sending.screen && Some(member.person) != me)
        .map(|member| Tile { person: member.person, source: Source::Screen });
    let camera = |member: &CallMember| Tile { person: member.person, source: Source::Camera };
    let others = call.members.iter().filter(|member| Some(member.person) != me).map(camera);
    let own = call.members.iter().filter(|member| Some(member.person) == me).map(camera);
    screens.chain(others).chain(own).collect()
}

/// Whether anybody sends pictures, or is about to.
#[must_use]
pub fn has_pictures(call: &CallView) -> bool {
    call.camera_wanted || call.members.iter().any(|member| member.sending.camera || member.sending.screen)
}

/// Shows a tile in its rectangle; a click is for whoever placed it.
pub fn show(
    ui: &mut Ui,
    rect: Rect,
    tile: Tile,
    call: &CallView,
    model: &mut CallModel,
    snapshot: &Snapshot,
) -> Response {
    let id = ui.id().with(("tile", tile.person, tile.source));
    let response = ui.interact(rect, id, Sense::click());
    let Some(member) = call.member(tile.person) else { return response };
    let is_me = snapshot.me.as_ref().is_some_and(|me| me.id == tile.person);
    let spoken = spoken(tile, member, call, is_me);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, spoken.clone()));
    ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), theme::WELL);
    let picture = picture(tile, member, call, model, snapshot, is_me);
    match &picture {
        Some(shown) => draw(ui, rect, id, tile, shown, is_me, model),
        None => portrait(ui, rect, tile, member, is_me, call),
    }
    if tile.source == Source::Camera {
        edge(ui, rect, call.speaking.contains(&tile.person), response.hovered());
    }
    if let Some(text) = state(tile, member, model, ui.input(|input| input.time)) {
        // In a small tile the first word is enough.
        let text = if rect.width() < WORDY { text.split(',').next().unwrap_or_default() } else { &text };
        over(ui, rect, text, picture.is_some());
    }
    // In the corner of another picture the own one needs no name, and in the smallest tiles there is no room for any.
    if rect.width() >= if is_me { NAMED } else { LEAST_NAMED } {
        pill(ui, rect, tile, member, call, is_me);
    }
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// The picture, if the member sends one; a frozen one of a lost member stays, and is veiled.
fn picture(
    tile: Tile,
    member: &CallMember,
    call: &CallView,
    model: &CallModel,
    snapshot: &Snapshot,
    is_me: bool,
) -> Option<Shown> {
    let sending = if is_me { call.sending } else { member.sending };
    let is_sent = match tile.source {
        Source::Camera => sending.camera,
        Source::Screen => sending.screen,
    };
    let is_here = !matches!(member.presence, Presence::Ringing { .. });
    model.newest(tile.person, tile.source, snapshot).filter(|_| is_sent && is_here)
}

fn draw(ui: &mut Ui, rect: Rect, id: egui::Id, tile: Tile, shown: &Shown, is_me: bool, model: &mut CallModel) {
    let shape = vec2(shown.picture.width() as f32, shown.picture.height() as f32);
    // Of a screen nothing may be cut off.
    let rect = if tile.source == Source::Screen { canvas::fitted(rect, shape) } else { rect };
    let radius = if tile.source == Source::Screen { 2.0 } else { f32::from(RADIUS) };
    canvas::paint(ui.painter(), id, rect, radius, shown, is_me && tile.source == Source::Camera);
    if !is_me {
        // As wide as the whole picture would be, that which is cut off included.
        let whole = rect.width().max(rect.height() * shape.x / shape.y);
        model.watch.drawn(tile.person, tile.source, whole * ui.ctx().pixels_per_point());
    }
    ui.ctx().request_repaint();
}

/// Where there is no picture: the avatar in its colour.
fn portrait(ui: &Ui, rect: Rect, tile: Tile, member: &CallMember, is_me: bool, call: &CallView) {
    let tint = theme::person_color(&member.name).gamma_multiply(0.14);
    ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), tint);
    let size = (rect.height() * 0.5).min(rect.width() * 0.4);
    theme::paint_portrait(ui.painter(), rect.center() - vec2(0.0, rect.height() * 0.04), size, &member.name);
    let sending = if is_me { call.sending } else { member.sending };
    let comes = tile.source == Source::Screen || sending.camera;
    if comes && rect.height() > 90.0 {
        let at = rect.center() + vec2(0.0, size * 0.5 + 12.0);
        let font = FontId::proportional(12.0);
        ui.painter().text(at, Align2::CENTER_CENTER, "Picture comes…", font, theme::MUTED);
    }
    if comes {
        ui.ctx().request_repaint();
    }
}

fn edge(ui: &Ui, rect: Rect, speaks: bool, hovered: bool) {
    let stroke = match (speaks, hovered) {
        (true, _) => Stroke::new(2.5, theme::TALK),
        (false, true) => Stroke::new(1.5, theme::MUTED),
        (false, false) => Stroke::new(1.0, theme::LINE),
    };
    ui.painter().rect_stroke(rect, CornerRadius::same(RADIUS), stroke, StrokeKind::Inside);
}

/// What stands over a tile for as long as somebody is not there.
fn state(tile: Tile, member: &CallMember, model: &CallModel, now: f64) -> Option<String> {
    match member.presence {
        Presence::Ringing { .. } => Some("Ringing…".to_owned()),
        Presence::Lost if tile.source == Source::Camera => {
            Some(format!("Lost, waiting for {:.0} s", model.waiting(member.person, now).ceil()))
        }
        Presence::Joined { .. } | Presence::Lost => None,
    }
}

fn over(ui: &Ui, rect: Rect, text: &str, over_picture: bool) {
    if over_picture {
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), Color32::from_black_alpha(150));
    }
    let font = FontId::new(if rect.width() < 130.0 { 11.0 } else { 13.0 }, FontFamily::Name(theme::BOLD.into()));
    let at = if over_picture { rect.center() } else { rect.center_top() + vec2(0.0, 14.0) };
    let galley = ui.painter().layout(text.to_owned(), font, theme::ACCENT, rect.width() - 8.0);
    ui.painter().galley(at - galley.size() / 2.0, galley, theme::ACCENT);
    ui.ctx().request_repaint();
}

/// The name at the lower edge, with a crossed-out microphone where the call hears nothing of somebody.
fn pill(ui: &Ui, rect: Rect, tile: Tile, member: &CallMember, call: &CallView, is_me: bool) {
    let sending = if is_me { call.sending } else { member.sending };
    let is_joined = matches!(member.presence, Presence::Joined { .. });
    let is_silent = tile.source == Source::Camera && call.audio == CallAudio::Open && is_joined && !sending.microphone;
    let name = if is_me { "You".to_owned() } else { bidi::line(&member.name) };
    let text = if tile.source == Source::Screen { format!("{name}: screen") } else { name };
    let font = FontId::new(12.0, FontFamily::Name(theme::BOLD.into()));
    let sign = if is_silent { 16.0 } else { 0.0 };
    let mut job = egui::text::LayoutJob::simple_singleline(text, font, theme::TEXT);
    job.wrap = egui::text::TextWrapping::truncate_at_width((rect.width() - sign - 26.0).max(20.0));
    let galley = ui.painter().layout_job(job);
    let size = vec2(galley.size().x + sign + 14.0, 20.0);
    let at = Rect::from_min_size(pos2(rect.left() + 6.0, rect.bottom() - 26.0), size);
    ui.painter().rect_filled(at, 10.0, Color32::from_rgba_unmultiplied(22, 20, 27, 200));
    if is_silent {
        let center = pos2(at.left() + 13.0, at.center().y);
        symbols::microphone(ui.painter(), center, 12.0, theme::DANGER, false);
    }
    ui.painter().galley(pos2(at.left() + 7.0 + sign, at.center().y - galley.size().y / 2.0), galley, theme::TEXT);
}

/// What a tile says to a screen reader.
fn spoken(tile: Tile, member: &CallMember, call: &CallView, is_me: bool) -> String {
    let who = if is_me { "You".to_owned() } else { member.name.clone() };
    if tile.source == Source::Screen {
        return format!("{who}: screen");
    }
    let sending = if is_me { call.sending } else { member.sending };
    let mut parts = vec![who];
    match member.presence {
        Presence::Ringing { .. } => parts.push("ringing".to_owned()),
        Presence::Lost => parts.push("connection lost".to_owned()),
        Presence::Joined { .. } => {
            if call.speaking.contains(&tile.person) {
                parts.push("speaking".to_owned());
            } else if call.audio == CallAudio::Open && !sending.microphone {
                parts.push("microphone closed".to_owned());
            }
            parts.push(if sending.camera { "camera on" } else { "camera off" }.to_owned());
        }
    }
    parts.join(", ")
}

/// The faces of a call without pictures: a row of portraits that fits any corner.
pub fn faces(ui: &mut Ui, call: &CallView, model: &CallModel, snapshot: &Snapshot) {
    let me = snapshot.me.as_ref().map(|me| me.id);
    let now = ui.input(|input| input.time);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
        for tile in all(call, me).into_iter().filter(|tile| tile.source == Source::Camera) {
            if let Some(member) = call.member(tile.person) {
                face(ui, tile, member, call, model, Some(tile.person) == me, now);
            }
        }
    });
}

fn face(ui: &mut Ui, tile: Tile, member: &CallMember, call: &CallView, model: &CallModel, is_me: bool, now: f64) {
    let (rect, response) = ui.allocate_exact_size(vec2(58.0, 66.0), Sense::hover());
    let spoken = spoken(tile, member, call, is_me);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, spoken.clone()));
    let center = rect.center_top() + vec2(0.0, 24.0);
    let is_here = matches!(member.presence, Presence::Joined { .. });
    if call.speaking.contains(&tile.person) {
        ui.painter().circle_stroke(center, 24.0, Stroke::new(2.5, theme::TALK));
        ui.ctx().request_repaint();
    }
    theme::paint_portrait(ui.painter(), center, 40.0, &member.name);
    if !is_here {
        ui.painter().circle_filled(center, 21.0, theme::CARD.gamma_multiply(0.6));
    }
    let sending = if is_me { call.sending } else { member.sending };
    if is_here && call.audio == CallAudio::Open && !sending.microphone {
        let at = center + vec2(16.0, 15.0);
        ui.painter().circle_filled(at, 9.0, theme::CARD);
        symbols::microphone(ui.painter(), at, 12.0, theme::DANGER, false);
    }
    let (text, color) = match member.presence {
        Presence::Ringing { .. } => ("Ringing…".to_owned(), theme::ACCENT),
        Presence::Lost => {
            ui.ctx().request_repaint();
            (format!("Lost, {:.0} s", model.waiting(member.person, now).ceil()), theme::ACCENT)
        }
        Presence::Joined { .. } if is_me => ("You".to_owned(), theme::MUTED),
        Presence::Joined { .. } => (bidi::line(&member.name), theme::TEXT),
    };
    let mut job = egui::text::LayoutJob::simple_singleline(text, FontId::proportional(11.0), color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width());
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(rect.center().x - galley.size().x / 2.0, rect.bottom() - 15.0), galley, color);
    let tip = words::answered_by_itself(call, None).filter(|_| member.presence == Presence::Joined { auto: true });
    let tip = tip.unwrap_or(spoken_tip(member, is_me));
    response.on_hover_text(tip);
}

fn spoken_tip(member: &CallMember, is_me: bool) -> String {
    if is_me { "You".to_owned() } else { bidi::line(&member.name) }
}
