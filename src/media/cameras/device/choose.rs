//! Which of a camera's formats suits a wish best.

use crate::media::cameras::Wish;

/// How a camera sends its pictures, of the ways that can be read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Coding {
    Yuyv,
    Nv12,
    Rgb,
    Bgr,
    Gray,
    Jpeg,
}

/// One format that a camera offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) coding: Coding,
    pub(super) width: usize,
    pub(super) height: usize,
    /// Pictures a second.
    pub(super) rate: u32,
}

/// Greatest side that is taken.
const LONGEST_SIDE: usize = 4096;
/// What a size as small as nothing costs; a smaller picture costs its missing share of that.
const SMALLER: f32 = 1.0;
/// What each time the wished area too much costs: it is only bus and scaling.
const LARGER: f32 = 0.25;
/// What a rate as slow as nothing costs; a slower one costs its missing share of that.
const SLOWER: f32 = 1.2;
/// What each time the wished rate too much costs.
const FASTER: f32 = 0.05;
/// What another shape costs, by the logarithm of the ratio of both.
const SHAPE: f32 = 0.1;

impl Coding {
    /// What reading it costs, beside the others.
    fn cost(self) -> f32 {
        match self {
            Self::Yuyv | Self::Nv12 => 0.0,
            Self::Rgb | Self::Bgr => 0.02,
            Self::Jpeg => 0.05,
            Self::Gray => 0.5,
        }
    }
}

/// The offers that can be used at all, best first. Whole rates only: the others make nokhwa refuse the camera.
pub(super) fn by_merit(offers: impl IntoIterator<Item = Offer>, wish: Wish) -> Vec<Offer> {
    let mut usable: Vec<_> = offers.into_iter().filter(Offer::is_usable).collect();
    usable.sort_by(|a, b| a.cost(wish).total_cmp(&b.cost(wish)));
    usable.dedup();
    usable
}

impl Offer {
    fn is_usable(&self) -> bool {
        (16..=LONGEST_SIDE).contains(&self.width) && (16..=LONGEST_SIDE).contains(&self.height) && self.rate > 0
    }

    fn cost(&self, wish: Wish) -> f32 {
        let ratio = |have: usize, want: usize| have as f32 / want.max(1) as f32;
        let area = ratio(self.width * self.height, wish.width * wish.height);
        let rate = self.rate as f32 / wish.rate.max(1) as f32;
        let shape = (ratio(self.width, self.height) / ratio(wish.width.max(1), wish.height)).ln().abs();
        let either = |share: f32, less: f32, more: f32| {
            if share < 1.0 { (1.0 - share) * less } else { (share - 1.0) * more }
        };
        either(area, SMALLER, LARGER) + either(rate, SLOWER, FASTER) + shape * SHAPE + self.coding.cost()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Coding::{Gray, Jpeg, Nv12, Rgb, Yuyv};

    fn offer(coding: Coding, width: usize, height: usize, rate: u32) -> Offer {
        Offer { coding, width, height, rate }
    }

    fn best(offers: &[Offer], width: usize, height: usize, rate: u32) -> Option<Offer> {
        by_merit(offers.iter().copied(), Wish { width, height, rate }).first().copied()
    }

    #[test]
    fn a_common_usb_camera_gives_what_is_wished() {
        let offers = [
            offer(Yuyv, 640, 480, 30),
            offer(Yuyv, 1280, 720, 10),
            offer(Yuyv, 320, 240, 30),
            offer(Yuyv, 640, 360, 30),
            offer(Jpeg, 640, 360, 30),
            offer(Jpeg, 1280, 720, 30),
            offer(Jpeg, 1920, 1080, 30),
        ];
        assert_eq!(best(&offers, 640, 360, 30), Some(offer(Yuyv, 640, 360, 30)));
        assert_eq!(best(&offers, 1280, 720, 30), Some(offer(Jpeg, 1280, 720, 30)));
        assert_eq!(best(&offers, 320, 180, 15), Some(offer(Yuyv, 320, 240, 30)));
    }

    #[test]
    fn what_is_not_offered_is_replaced_by_what_is_nearest() {
        let four_to_three = [offer(Yuyv, 640, 480, 25), offer(Yuyv, 320, 240, 60), offer(Yuyv, 1600, 1200, 5)];
        assert_eq!(best(&four_to_three, 640, 360, 30), Some(offer(Yuyv, 640, 480, 25)));
        let only_large = [offer(Jpeg, 1920, 1080, 30), offer(Jpeg, 3840, 2160, 30)];
        assert_eq!(best(&only_large, 640, 360, 30), Some(offer(Jpeg, 1920, 1080, 30)));
        let slow = [offer(Yuyv, 1280, 720, 10), offer(Yuyv, 640, 360, 30)];
        assert_eq!(best(&slow, 1280, 720, 30), Some(offer(Yuyv, 640, 360, 30)));
    }

    #[test]
    fn colours_go_before_gray_and_what_is_quick_to_read_before_what_is_not() {
        let codings = [Gray, Jpeg, Rgb, Nv12].map(|coding| offer(coding, 640, 360, 30));
        let sorted = by_merit(codings, Wish::default());
        assert_eq!(sorted.iter().map(|offer| offer.coding).collect::<Vec<_>>(), [Nv12, Rgb, Jpeg, Gray]);
    }

    #[test]
    fn formats_that_make_no_sense_are_not_taken() {
        let odd = [offer(Yuyv, 0, 0, 30), offer(Yuyv, 640, 360, 0), offer(Yuyv, 100_000, 2, 30)];
        assert_eq!(best(&odd, 640, 360, 30), None);
        assert_eq!(best(&[offer(Gray, 160, 120, 5)], 0, 0, 0), Some(offer(Gray, 160, 120, 5)));
    }
}
