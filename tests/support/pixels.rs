//! What a screen shows, by colour.

/// What compression, smoothing and eight bits of colour may change of a colour.
const TOLERANCE: u8 = 24;

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

    /// The middle of all pixels of about this colour, left of a column; `None` where there are fewer than `least`.
    pub(crate) fn middle(&self, color: [u8; 3], left_of: usize, least: usize) -> Option<(u32, u32)> {
        let (count, x, y) =
            self.places(color, left_of).fold((0, 0, 0), |(count, x, y), place| (count + 1, x + place.0, y + place.1));
        (count >= least).then(|| ((x / count) as u32, (y / count) as u32))
    }

    fn places(&self, color: [u8; 3], left_of: usize) -> impl Iterator<Item = (usize, usize)> {
        let near = move |pixel: &[u8]| pixel.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= TOLERANCE);
        let seen = self.pixels.chunks_exact(3).enumerate().filter(move |(_, pixel)| near(pixel));
        seen.map(|(n, _)| (n % self.width, n / self.width)).filter(move |(x, _)| *x < left_of)
    }
}
