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
        let near = |pixel: &[u8]| pixel.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= TOLERANCE);
        let seen = self.pixels.chunks_exact(3).enumerate().filter(|(n, _)| n % self.width < left_of);
        seen.filter(|(_, pixel)| near(pixel)).count()
    }
}
