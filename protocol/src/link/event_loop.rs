//! The loop of a headless app: it sleeps until a socket is readable, somebody wakes it, or the next tick is due.
//!
//! A datagram that arrives leads to an update at once; an app with nothing to do costs its ticks and no more.

use bevy::{app::PluginsState, prelude::*};
use mio::{Events, Interest, Poll, Token, Waker, event::Source};
use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};
use tracing::debug;

/// Shortest time from one update to the next: a burst of datagrams is handled together.
pub const COALESCE: Duration = Duration::from_millis(1);

const WAKER: Token = Token(0);
const SOCKET: Token = Token(1);
/// Readiness events taken at once; there are two sources.
const EVENTS: usize = 8;

/// What the app sleeps on.
#[derive(Resource)]
pub struct LiveLoop {
    poll: Poll,
    events: Events,
    waker: LoopWaker,
}

/// Wakes the app's loop from any thread.
#[derive(Clone, Debug)]
pub struct LoopWaker(Arc<Waker>);

impl LoopWaker {
    /// Makes the sleeping loop update now, or the working one update once more.
    pub fn wake(&self) {
        if let Err(error) = self.0.wake() {
            debug!(%error, "could not wake the loop");
        }
    }
}

impl LiveLoop {
    /// A loop without sockets, and what wakes it.
    ///
    /// # Errors
    /// When the system gives no poll or no waker (out of file descriptors).
    pub fn new() -> io::Result<(Self, LoopWaker)> {
        let poll = Poll::new()?;
        let waker = LoopWaker(Arc::new(Waker::new(poll.registry(), WAKER)?));
        Ok((Self { poll, events: Events::with_capacity(EVENTS), waker: waker.clone() }, waker))
    }

    /// What wakes this loop.
    #[must_use]
    pub fn waker(&self) -> LoopWaker {
        self.waker.clone()
    }

    /// Sleeps until a registered socket is readable, somebody wakes the loop, or the time is over.
    pub fn wait(&mut self, timeout: Duration) {
        match self.poll.poll(&mut self.events, Some(timeout)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                // Without the poll the loop would spin; ticks go on at their own pace.
                debug!(%error, "could not wait on the sockets");
                std::thread::sleep(timeout.min(COALESCE * 10));
            }
        }
    }

    /// Makes `source` one of those that end [`Self::wait`]. Readiness is told once: read until it would block, or wake
    /// the loop for the rest.
    ///
    /// # Errors
    /// When the system refuses to watch the source.
    pub fn register(&self, source: &mut impl Source) -> io::Result<()> {
        self.poll.registry().register(source, SOCKET, Interest::READABLE)
    }
}

/// Time until the next fixed tick is due; for [`run`].
#[must_use]
pub fn until_fixed_tick(world: &World) -> Duration {
    let time = world.resource::<Time<Fixed>>();
    time.timestep().saturating_sub(time.overstep())
}

/// Finishes the app's plugins, if they are not: what a runner does, needed earlier by who spawns the server or a client
/// before the app runs. No plugin may be added after it.
pub fn finish_plugins(app: &mut App) {
    while app.plugins_state() == PluginsState::Adding {
        bevy::tasks::tick_global_task_pools_on_main_thread();
    }
    if app.plugins_state() == PluginsState::Ready {
        app.finish();
    }
    if app.plugins_state() == PluginsState::Finished {
        app.cleanup();
    }
}

/// Runs the app until it exits: an update for every tick, and one within [`COALESCE`] of a datagram or a wake-up.
///
/// `until_next_tick` is asked after each update, e.g. [`until_fixed_tick`]. The app needs the resource [`LiveLoop`];
/// without one it falls back to ticks alone.
pub fn run(app: &mut App, until_next_tick: impl Fn(&World) -> Duration) -> AppExit {
    finish_plugins(app);
    loop {
        let started = Instant::now();
        app.update();
        if let Some(exit) = app.should_exit() {
            return exit;
        }
        let timeout = until_next_tick(app.world()).saturating_sub(started.elapsed());
        if !timeout.is_zero() {
            sleep_until_due(app.world_mut(), timeout);
        }
        std::thread::sleep(COALESCE.saturating_sub(started.elapsed()));
    }
}

fn sleep_until_due(world: &mut World, timeout: Duration) {
    if world.contains_resource::<LiveLoop>() {
        world.resource_scope(|_, mut live: Mut<LiveLoop>| live.wait(timeout));
    } else {
        std::thread::sleep(timeout);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mio::net::UdpSocket;

    #[test]
    fn a_wake_up_ends_the_wait() {
        let (mut live, waker) = LiveLoop::new().unwrap();
        let thread = std::thread::spawn(move || waker.wake());
        let started = Instant::now();
        live.wait(Duration::from_secs(20));
        thread.join().unwrap();
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_datagram_ends_the_wait() {
        let (mut live, _waker) = LiveLoop::new().unwrap();
        let mut socket = UdpSocket::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        live.register(&mut socket).unwrap();
        let other = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        other.send_to(b"hello", socket.local_addr().unwrap()).unwrap();
        let started = Instant::now();
        live.wait(Duration::from_secs(20));
        assert!(started.elapsed() < Duration::from_secs(10));
        assert_eq!(socket.recv_from(&mut [0; 8]).unwrap().0, 5);
    }

    #[test]
    fn an_idle_app_updates_at_its_ticks_and_a_wake_up_adds_one_soon() {
        #[derive(Resource, Default)]
        struct Updates(Vec<Instant>);
        let mut app = App::new();
        let (live, waker) = LiveLoop::new().unwrap();
        app.insert_resource(live).init_resource::<Updates>();
        app.add_systems(Update, |mut updates: ResMut<Updates>, mut exit: MessageWriter<AppExit>| {
            updates.0.push(Instant::now());
            if updates.0.len() == 3 {
                exit.write(AppExit::Success);
            }
        });
        let tick = Duration::from_secs(2);
        let started = Instant::now();
        let thread = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            waker.wake();
        });
        assert_eq!(run(&mut app, |_| tick), AppExit::Success);
        thread.join().unwrap();
        let updates = &app.world().resource::<Updates>().0;
        assert!(updates[1] - started < tick, "the wake-up did not lead to an update");
        assert!(updates[2] - updates[1] >= tick - Duration::from_millis(50), "the idle loop did not sleep");
    }
}
