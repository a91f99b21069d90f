//! What a screen shows, by colour.

/// What compression, smoothing and eight bits of colour may change of a colour.
const TOLERANCE: u8 = 24;

/// Pixels side by side that are no line and no letter.
const ROW: usize = 40;

/// The pixels of a screen.
pub(crate) struct Pixels {
    width: usize,
    pixels: Vec<u8>,
}

impl Pixels {
    /// Reads a PPM of eight bits a colour: `P6 WIDTH HEIGHT 255`, white space, and the pixels.
    pub(crate) fn read(ppm: &[u8]) -> Self {
        let mut fields = ppm.splitn(4, u8::is_ascii_whitespace);
        let mut field = || String::from_utf8_lossy(fields.next().unwrap()).into_owned();
        assert_eq!(field(), "P6");
        let (width, height): (usize, usize) = (field().parse().unwrap(), field().parse().unwrap());
        Self { width, pixels: ppm[ppm.len() - width * height * 3..].to_vec() }
    }

    /// How many pixels have about this colour, left of a column.
    pub(crate) fn count(&self, color: [u8; 3], left_of: usize) -> usize {
        self.places(color, left_of).count()
    }

    /// A place in the middle of what has about this colour, left of a column: the median of all pixels that stand in a row
    /// of as many as a button has, so that lines and furniture don't move it. `None` where there are fewer than `least`.
    pub(crate) fn middle(&self, color: [u8; 3], left_of: usize, least: usize) -> Option<(u32, u32)> {
        let mut row = Vec::new();
        let (mut xs, mut ys) = (Vec::new(), Vec::new());
        for place in self.places(color, left_of).chain([(usize::MAX, usize::MAX)]) {
            let goes_on = row.last().is_some_and(|(x, y)| (x + 1, *y) == place);
            if !goes_on && row.len() >= ROW {
                xs.extend(row.iter().map(|(x, _)| *x));
                ys.extend(row.iter().map(|(_, y)| *y));
            }
            if !goes_on {
                row.clear();
            }
            row.push(place);
        }
        if xs.len() < least {
            return None;
        }
        xs.sort_unstable();
        ys.sort_unstable();
        Some((xs[xs.len() / 2] as u32, ys[ys.len() / 2] as u32))
    }

    fn places(&self, color: [u8; 3], left_of: usize) -> impl Iterator<Item = (usize, usize)> {
        let near = move |pixel: &[u8]| pixel.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= TOLERANCE);
        let seen = self.pixels.chunks_exact(3).enumerate().filter(move |(_, pixel)| near(pixel));
        seen.map(|(n, _)| (n % self.width, n / self.width)).filter(move |(x, _)| *x < left_of)
    }
}
