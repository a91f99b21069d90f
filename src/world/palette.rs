//! What tells people apart at a glance: a colour, a shape and an initial, all made from the name alone, so that
//! everybody sees the same person the same way on every day and every machine.

use std::f32::consts::{FRAC_PI_2, FRAC_PI_3, FRAC_PI_4, FRAC_PI_6, TAU};

/// How a person looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The body's colour, sRGB.
    pub color: [u8; 3],
    /// The body's outline.
    pub shape: Shape,
    /// The letter on the body.
    pub initial: String,
}

/// Outline of a body. All are convex, and differ where colours can't be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// A circle.
    Round,
    /// A square with round corners.
    Square,
    /// The same, standing on a corner.
    Diamond,
    /// Broad above, narrow below.
    Pick,
    /// Narrow above, broad below.
    Egg,
    /// Six round corners.
    Hexagon,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Round, Self::Square, Self::Diamond, Self::Pick, Self::Egg, Self::Hexagon];

    /// Distance of the outline from the middle in a direction (radians, clockwise on the screen, 0 to the right).
    #[must_use]
    pub fn radius(self, angle: f32) -> f32 {
        let squircle = |angle: f32| 0.9 / (angle.cos().powi(4) + angle.sin().powi(4)).powf(0.25);
        match self {
            Self::Round => 0.97,
            Self::Square => squircle(angle),
            Self::Diamond => squircle(angle + FRAC_PI_4),
            Self::Pick => 0.93 + 0.1 * (3.0 * (angle - FRAC_PI_2)).cos(),
            Self::Egg => 0.93 + 0.1 * (3.0 * (angle + FRAC_PI_2)).cos(),
            Self::Hexagon => {
                let side = FRAC_PI_6.cos() / ((angle + FRAC_PI_6).rem_euclid(FRAC_PI_3) - FRAC_PI_6).cos();
                0.3 + 0.73 * side
            }
        }
    }

    /// The outline as a polygon round (0, 0).
    #[must_use]
    pub fn outline(self, corners: usize) -> Vec<[f32; 2]> {
        (0..corners)
            .map(|corner| {
                let angle = TAU * corner as f32 / corners as f32;
                let radius = self.radius(angle);
                [radius * angle.cos(), radius * angle.sin()]
            })
            .collect()
    }
}

/// Colours that stay apart for colour-blind eyes (after Okabe and Ito), light enough to be read as text on the dark
/// panels, and for dark letters on them.
pub const COLORS: [[u8; 3]; 8] = [
    [242, 166, 62],
    [98, 186, 236],
    [66, 198, 152],
    [240, 222, 92],
    [112, 156, 250],
    [240, 128, 92],
    [228, 150, 204],
    [196, 184, 176],
];

/// How the person of this name looks.
#[must_use]
pub fn look(name: &str) -> Look {
    let hash = fnv1a(&name.to_lowercase());
    let color = COLORS[(hash % COLORS.len() as u64) as usize];
    let shape = Shape::ALL[((hash >> 16) % Shape::ALL.len() as u64) as usize];
    let initial = name.chars().find(|c| c.is_alphanumeric()).or_else(|| name.chars().next());
    Look { color, shape, initial: initial.map(|c| c.to_uppercase().to_string()).unwrap_or_default() }
}

/// FNV-1a with a final mix; unlike the standard library's hasher it never changes.
fn fnv1a(text: &str) -> u64 {
    let hash = text
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    mixed ^ (mixed >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Relative luminance, as WCAG defines it.
    fn luminance([r, g, b]: [u8; 3]) -> f32 {
        let linear = |c: u8| {
            let c = f32::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    #[test]
    fn a_name_always_looks_the_same_whatever_its_case() {
        assert_eq!(look("Ann"), look("ANN"));
        assert_eq!(look("Ann").initial, "A");
        assert_eq!(look("李小龙").initial, "李");
        assert_eq!(look("*ß").initial, "SS");
    }

    #[test]
    fn looks_are_spread_over_all_colours_and_shapes() {
        let looks: HashSet<_> =
            (0..2000).map(|n| look(&format!("person {n}"))).map(|look| (look.color, look.shape)).collect();
        assert_eq!(looks.len(), COLORS.len() * Shape::ALL.len());
    }

    #[test]
    fn colours_can_be_read_on_the_panels_and_under_letters() {
        let panel = luminance([38, 36, 45]);
        for color in COLORS {
            assert!((luminance(color) + 0.05) / (panel + 0.05) >= 4.5, "{color:?}");
        }
    }

    #[test]
    fn outlines_are_convex() {
        for shape in Shape::ALL {
            let outline = shape.outline(48);
            for i in 0..outline.len() {
                let [a, b, c] = [0, 1, 2].map(|step| outline[(i + step) % outline.len()]);
                let cross = (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]);
                assert!(cross > -2e-3, "{shape:?} at {i}: {cross}");
            }
        }
    }
}
