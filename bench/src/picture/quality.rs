//! How like a picture is to what it should be, by its brightness: peak signal-to-noise ratio and structural similarity.
//!
//! SSIM is after Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image Quality Assessment: From Error Visibility to
//! Structural Similarity", IEEE Transactions on Image Processing 13(4), 2004, written from the paper's definition: a
//! window of 11 by 11 pixels with Gaussian weights, moved by one pixel, where it fits into the picture.

/// Width of the window.
const WINDOW: usize = 11;
/// Standard deviation of its weights, in pixels.
const SIGMA: f64 = 1.5;
/// Highest value of a pixel.
const PEAK: f64 = 255.0;
/// What keeps the measure steady where a picture is dark, and where it is even.
const C1: f64 = (0.01 * PEAK) * (0.01 * PEAK);
const C2: f64 = (0.03 * PEAK) * (0.03 * PEAK);

/// Peak signal-to-noise ratio in decibels; infinite for the same picture.
///
/// # Panics
/// When the planes have different sizes.
#[must_use]
pub fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len(), "planes of different sizes");
    let squares: u64 = a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum();
    10.0 * (PEAK * PEAK * a.len() as f64 / squares as f64).log10()
}

/// Structural similarity, the mean over the whole picture: 1 for the same picture, 0 for one that has nothing of it.
/// Above 0.95 people hardly see a difference, below 0.8 they see blocks or blur.
///
/// # Panics
/// When a plane does not have `width` times some height of pixels, the planes have different sizes, or a side is shorter
/// than 11.
#[must_use]
pub fn ssim(a: &[u8], b: &[u8], width: usize) -> f64 {
    assert_eq!(a.len(), b.len(), "planes of different sizes");
    let height = a.len() / width;
    assert!(a.len() == width * height && width >= WINDOW && height >= WINDOW, "{width} × {height} can't be judged");
    let pixels = |plane: &[u8]| -> Vec<f64> { plane.iter().copied().map(f64::from).collect() };
    let (a, b) = (pixels(a), pixels(b));
    let product = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a * b).collect() };
    let averaged = |plane: &[f64]| weighted(plane, width, height);
    let (mean_a, mean_b) = (averaged(&a), averaged(&b));
    let (aa, bb, ab) = (averaged(&product(&a, &a)), averaged(&product(&b, &b)), averaged(&product(&a, &b)));
    let sum: f64 = (0..mean_a.len())
        .map(|at| {
            let (ma, mb) = (mean_a[at], mean_b[at]);
            let (va, vb, cov) = (aa[at] - ma * ma, bb[at] - mb * mb, ab[at] - ma * mb);
            (2.0 * ma * mb + C1) * (2.0 * cov + C2) / ((ma * ma + mb * mb + C1) * (va + vb + C2))
        })
        .sum();
    sum / mean_a.len() as f64
}

/// The weighted mean of each window that fits, row by row.
fn weighted(plane: &[f64], width: usize, height: usize) -> Vec<f64> {
    let weights = weights();
    let fitting = width - WINDOW + 1;
    let along: Vec<f64> = plane
        .chunks_exact(width)
        .flat_map(|row| row.windows(WINDOW).map(|window| window.iter().zip(&weights).map(|(v, w)| v * w).sum::<f64>()))
        .collect();
    let mut means = vec![0.0; fitting * (height - WINDOW + 1)];
    for (top, row) in means.chunks_exact_mut(fitting).enumerate() {
        for (line, weight) in weights.iter().enumerate() {
            let from = &along[(top + line) * fitting..][..fitting];
            row.iter_mut().zip(from).for_each(|(sum, value)| *sum += value * weight);
        }
    }
    means
}

/// One side of the window; the weight of a pixel is the product of both sides'.
fn weights() -> [f64; WINDOW] {
    let middle = (WINDOW / 2) as f64;
    let bell: [f64; WINDOW] = std::array::from_fn(|n| (-(n as f64 - middle).powi(2) / (2.0 * SIGMA * SIGMA)).exp());
    let sum: f64 = bell.iter().sum();
    bell.map(|weight| weight / sum)
}

/// A plane in another size, as it is drawn larger or smaller: between its pixels it goes on evenly.
///
/// # Panics
/// When the plane does not have `from.0 * from.1` pixels, or a side is 0.
#[must_use]
pub fn resized(plane: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<u8> {
    assert_eq!(plane.len(), from.0 * from.1, "a plane of another size");
    let columns: Vec<_> = (0..to.0).map(|x| between(x, to.0, from.0)).collect();
    let mut out = Vec::with_capacity(to.0 * to.1);
    for y in 0..to.1 {
        let (above, below, down) = between(y, to.1, from.1);
        let (above, below) = (&plane[above * from.0..][..from.0], &plane[below * from.0..][..from.0]);
        out.extend(columns.iter().map(|(left, right, across)| {
            let mix = |row: &[u8]| f64::from(row[*left]) * (1.0 - across) + f64::from(row[*right]) * across;
            (mix(above) * (1.0 - down) + mix(below) * down).round() as u8
        }));
    }
    out
}

/// The two pixels of a side of `from` between which a pixel's middle lies on a side of `to`, and how near the second is.
fn between(at: usize, to: usize, from: usize) -> (usize, usize, f64) {
    let place = ((at as f64 + 0.5) * from as f64 / to as f64 - 0.5).clamp(0.0, (from - 1) as f64);
    let first = place as usize;
    (first, (first + 1).min(from - 1), place - first as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture that anybody can draw: integers only.
    fn drawn(width: usize, height: usize) -> Vec<u8> {
        (0..width * height)
            .map(|at| ((at % width * 7 + at / width * 13 + (at % width) * (at / width)) % 256) as u8)
            .collect()
    }

    /// The same with mistakes.
    fn spoilt(plane: &[u8]) -> Vec<u8> {
        plane.iter().enumerate().map(|(at, v)| v.saturating_add((at * 31 % 17) as u8)).collect()
    }

    #[test]
    fn the_same_picture_is_the_same() {
        let plane = drawn(32, 24);
        assert_eq!(psnr(&plane, &plane), f64::INFINITY);
        assert!((ssim(&plane, &plane, 32) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn psnr_follows_its_definition() {
        let (zeros, tens) = (vec![0; 100], vec![10; 100]);
        assert!((psnr(&zeros, &tens) - 20.0 * 25.5f64.log10()).abs() < 1e-9);
        let mut one_off = zeros.clone();
        one_off[3] = 100;
        assert!((psnr(&zeros, &one_off) - 20.0 * 25.5f64.log10()).abs() < 1e-9);
    }

    #[test]
    fn ssim_of_even_pictures_is_what_the_formula_leaves_of_it() {
        let (dark, bright) = (vec![50; 400], vec![150; 400]);
        let expected = (2.0 * 50.0 * 150.0 + C1) / (50.0f64.powi(2) + 150.0f64.powi(2) + C1);
        assert!((ssim(&dark, &bright, 20) - expected).abs() < 1e-9);
    }

    #[test]
    fn both_give_what_another_program_gives() {
        // scikit-image: structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
        // data_range=255) and peak_signal_noise_ratio.
        let plane = drawn(32, 24);
        let spoilt = spoilt(&plane);
        assert!((ssim(&plane, &spoilt, 32) - 0.994_852_609_570_834_8).abs() < 1e-9);
        assert!((psnr(&plane, &spoilt) - 28.843_405_509_791_044).abs() < 1e-9);
    }

    #[test]
    fn a_larger_picture_has_the_same_corners_and_an_even_one_stays_even() {
        let plane = drawn(16, 12);
        let larger = resized(&plane, (16, 12), (64, 48));
        assert_eq!((larger[0], larger[64 * 48 - 1]), (plane[0], plane[16 * 12 - 1]));
        assert_eq!(resized(&plane, (16, 12), (16, 12)), plane);
        assert!(resized(&[99; 192], (16, 12), (33, 7)).iter().all(|v| *v == 99));
    }
}
