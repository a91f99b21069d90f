//! People on the map: one entity each, with shadow, body, eyes, and the ring of a voice.

use super::{WorldSystems, depth, own::OwnAvatar, palette, shapes::Shapes};
use crate::{face::link::Link, net::snapshot::PersonView};
use bevy::prelude::*;
use hallway_protocol::{ids::PersonId, map::Point};
use std::{collections::HashMap, f32::consts::TAU, time::Instant};

/// Width of a body, in tiles.
pub const BODY_TILES: f32 = 0.98;
/// Steps of the bob, per second.
const STEPS: f32 = 2.6;

/// Everybody who is drawn, and where.
#[derive(Resource, Default)]
pub struct Crowd {
    /// By person: where the avatar is drawn in this frame.
    pub places: HashMap<PersonId, Point>,
    entities: HashMap<PersonId, Entity>,
}

/// A person on the map.
#[derive(Component)]
pub struct Avatar {
    person: PersonId,
    name: String,
    walked: f32,
    lively: f32,
    voice: f32,
    parts: Parts,
}

struct Parts {
    body: Entity,
    eyes: [Entity; 2],
    ring: Entity,
    glow: Entity,
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Crowd>()
        .init_resource::<Shapes>()
        .add_systems(Update, (come_and_go, place).chain().in_set(WorldSystems::Follow));
}

/// Brings avatars in and takes them out as people come and go.
fn come_and_go(link: Res<Link>, shapes: Res<Shapes>, mut crowd: ResMut<Crowd>, mut commands: Commands) {
    let snapshot = link.snapshot();
    let crowd = &mut *crowd;
    crowd.entities.retain(|person, entity| {
        let is_here = snapshot.person(*person).is_some();
        if !is_here {
            commands.entity(*entity).despawn();
            crowd.places.remove(person);
        }
        is_here
    });
    let me = snapshot.me.as_ref().map(|me| me.id);
    for person in &snapshot.people {
        let is_own = Some(person.id) == me;
        crowd.entities.entry(person.id).or_insert_with(|| spawn(&mut commands, person, is_own, &shapes));
    }
}

fn spawn(commands: &mut Commands, person: &PersonView, is_own: bool, shapes: &Shapes) -> Entity {
    let look = palette::look(&person.name);
    let [r, g, b] = look.color;
    let mut part = |image: &Handle<Image>, size: Vec2, color: Color, at: Vec3| {
        let sprite = Sprite { image: image.clone(), custom_size: Some(size), color, ..default() };
        commands.spawn((sprite, Transform::from_translation(at))).id()
    };
    let shadow = part(&shapes.shadow, Vec2::new(1.12, 0.5), Color::WHITE, Vec3::new(0.0, -0.44, 0.0));
    let own_color = if is_own { Color::srgba(1.0, 0.97, 0.9, 0.95) } else { Color::NONE };
    let own = part(&shapes.ring, Vec2::new(1.16, 0.56), own_color, Vec3::new(0.0, -0.42, 0.001));
    let glow = part(&shapes.glow, Vec2::splat(1.7), Color::NONE, Vec3::new(0.0, 0.0, 0.0015));
    let ring = part(&shapes.ring, Vec2::splat(1.3), Color::NONE, Vec3::new(0.0, 0.0, 0.002));
    let body_image = shapes.bodies.get(&look.shape).cloned().unwrap_or_default();
    let body = part(&body_image, Vec2::splat(BODY_TILES), Color::srgb_u8(r, g, b), Vec3::new(0.0, 0.0, 0.003));
    let eyes = [-1.0, 1.0]
        .map(|side| part(&shapes.eye, Vec2::new(0.115, 0.14), Color::WHITE, Vec3::new(side * 0.13, 0.16, 0.004)));
    commands.entity(body).add_children(&eyes);
    let parts = Parts { body, eyes, ring, glow };
    let avatar = Avatar { person: person.id, name: person.name.clone(), walked: 0.0, lively: 0.0, voice: 0.0, parts };
    commands
        .spawn((Name::new(format!("avatar of {}", person.id)), avatar, Transform::default(), Visibility::default()))
        .add_children(&[shadow, own, glow, ring, body])
        .id()
}

/// Puts every avatar where it is now, looking where it looks, bobbing as it walks and glowing as it talks.
pub(super) fn place(
    link: Res<Link>,
    own: Res<OwnAvatar>,
    time: Res<Time<Real>>,
    mut crowd: ResMut<Crowd>,
    mut avatars: Query<(&mut Avatar, &mut Transform), Without<Sprite>>,
    mut sprites: Query<(&mut Transform, &mut Sprite)>,
) {
    let snapshot = link.snapshot();
    let now = Instant::now();
    let me = snapshot.me.as_ref().map(|me| me.id);
    for (mut avatar, mut transform) in &mut avatars {
        let Some(person) = snapshot.person(avatar.person) else { continue };
        let (at, facing) = match own.at {
            Some(at) if Some(person.id) == me => (at, own.facing),
            _ => person.track.at(now),
        };
        let before = crowd.places.insert(person.id, at).unwrap_or(at);
        avatar.stir(before.distance(at), person.talking, time.delta_secs());
        transform.translation = Vec3::new(at.x, -at.y, depth::PEOPLE + at.y * 0.05);
        avatar.pose(facing, time.elapsed_secs(), &mut sprites);
    }
}

impl Avatar {
    /// Takes in how far it went and whether it talks.
    fn stir(&mut self, walked: f32, talks: bool, passed: f32) {
        let is_walking = walked > 1e-4;
        // Someone who is put elsewhere does not run.
        self.walked += walked.min(0.5);
        let ease = |speed: f32| 1.0 - (-speed * passed).exp();
        self.lively += (f32::from(u8::from(is_walking)) - self.lively) * ease(12.0);
        self.voice += (f32::from(u8::from(talks)) - self.voice) * ease(10.0);
    }

    fn pose(&self, facing: u8, time: f32, sprites: &mut Query<(&mut Transform, &mut Sprite)>) {
        let phase = self.walked * STEPS;
        let (hop, sway) = ((phase * 2.0).sin().abs() * 0.07 * self.lively, phase.sin() * 0.07 * self.lively);
        // Each breathes in its own time.
        let breath = (time * 1.7 + self.name.len() as f32).sin() * 0.008;
        if let Ok((mut body, _)) = sprites.get_mut(self.parts.body) {
            body.translation.y = hop;
            body.rotation = Quat::from_rotation_z(sway);
            body.scale = Vec3::new(1.0 - breath, 1.0 + breath, 1.0);
        }
        self.look(facing, time, sprites);
        self.shine(time, sprites);
    }

    /// Eyes go where the avatar looks; from behind there are none.
    fn look(&self, facing: u8, time: f32, sprites: &mut Query<(&mut Transform, &mut Sprite)>) {
        let (sin, cos) = (f32::from(facing) / 256.0 * TAU).sin_cos();
        let blinks = (time * 0.37 + self.person.0 as f32 * 0.61).fract() < 0.02;
        let seen = ((sin + 0.85) / 0.25).clamp(0.0, 1.0);
        for (eye, side) in self.parts.eyes.into_iter().zip([-1.0_f32, 1.0]) {
            if let Ok((mut transform, mut sprite)) = sprites.get_mut(eye) {
                let turned = 0.145 - 0.035 * cos.abs();
                transform.translation.x = side * turned + cos * 0.15;
                transform.translation.y = 0.2 - sin * 0.045;
                transform.scale.y = if blinks { 0.15 } else { 1.0 };
                sprite.color = Color::srgba(1.0, 1.0, 1.0, seen);
            }
        }
    }

    /// The ring and the light of a voice.
    fn shine(&self, time: f32, sprites: &mut Query<(&mut Transform, &mut Sprite)>) {
        let pulse = (time * 5.0).sin() * 0.5 + 0.5;
        if let Ok((mut ring, mut sprite)) = sprites.get_mut(self.parts.ring) {
            ring.scale = Vec3::splat(0.96 + 0.08 * pulse);
            sprite.color = Color::srgba_u8(104, 217, 150, (self.voice * 255.0) as u8);
        }
        if let Ok((mut glow, mut sprite)) = sprites.get_mut(self.parts.glow) {
            glow.scale = Vec3::splat(1.0 + 0.15 * pulse);
            sprite.color = Color::srgba_u8(104, 217, 150, (self.voice * (70.0 + 60.0 * pulse)) as u8);
        }
    }
}
