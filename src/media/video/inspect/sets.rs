//! Parameter sets: what a stream says of itself before its first picture.

use super::{Refusal, bits::BitReader};

/// Profile of what our encoder makes: no interlacing, no arithmetic coding, no frames that refer to later ones.
const BASELINE: u32 = 66;
/// Most frames kept for reference: our encoder keeps one, and each costs the decoder a picture's memory.
const MOST_REFERENCES: u32 = 4;
/// Highest id of a parameter set; our encoder has few.
const MOST_ID: u32 = 31;

/// What a sequence's parameter set says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// Its id.
    pub id: u32,
    /// Width of what is shown, in pixels.
    pub width: usize,
    /// Height of what is shown, in pixels.
    pub height: usize,
    /// Blocks of 16×16 pixels in a frame.
    pub blocks: u32,
}

impl Sequence {
    /// Reads a sequence parameter set behind its header byte. `most` are the largest width and height.
    pub(super) fn read(content: &[u8], most: (usize, usize)) -> Result<Self, Refusal> {
        let mut bits = BitReader::new(content);
        let profile = bits.bits(8).ok_or(Refusal::Broken)?;
        if profile != BASELINE {
            return Err(Refusal::Profile(profile));
        }
        Self::read_body(&mut bits, most).ok_or(Refusal::Broken)?
    }

    fn read_body(bits: &mut BitReader<'_>, most: (usize, usize)) -> Option<Result<Self, Refusal>> {
        // Constraints and level.
        bits.bits(16)?;
        let id = bits.unsigned()?;
        // How long frame numbers are.
        let frame_number = bits.unsigned()?;
        let order = bits.unsigned()?;
        let order_number = if order == 0 { bits.unsigned()? } else { 0 };
        let references = bits.unsigned()?;
        let gaps = bits.bit()?;
        let (across, down) = (bits.unsigned()?, bits.unsigned()?);
        let whole_frames = bits.bit()?;
        bits.bit()?;
        let cropped = bits.bit()?;
        let mut crop = [0; 4];
        if cropped {
            for side in &mut crop {
                *side = bits.unsigned()?;
            }
        }
        if id > MOST_ID || frame_number > 12 || order_number > 12 || references > MOST_REFERENCES || gaps {
            return None;
        }
        // Order 1 has tables that nobody uses.
        if order == 1 || order > 2 || !whole_frames {
            return None;
        }
        Some(Self::sized(id, (across, down), crop, most))
    }

    fn sized(id: u32, (across, down): (u32, u32), crop: [u32; 4], most: (usize, usize)) -> Result<Self, Refusal> {
        let side = |blocks: u32, before: u32, after: u32| {
            let pixels = (u64::from(blocks) + 1) * 16;
            pixels.saturating_sub(2 * (u64::from(before) + u64::from(after)))
        };
        let (width, height) = (side(across, crop[0], crop[1]), side(down, crop[2], crop[3]));
        let whole = ((u64::from(across) + 1) * 16, (u64::from(down) + 1) * 16);
        // A picture that is cropped by a block or more is a large one that looks small.
        let cut = whole.0 - width >= 16 || whole.1 - height >= 16;
        if width == 0 || height == 0 || cut || width > most.0 as u64 || height > most.1 as u64 {
            return Err(Refusal::Size(width.min(whole.0), height.min(whole.1)));
        }
        let blocks = (across + 1) * (down + 1);
        Ok(Self { id, width: width as usize, height: height as usize, blocks })
    }
}

/// Reads a picture parameter set behind its header byte and gives its id and its sequence's.
pub(super) fn read_picture_set(content: &[u8]) -> Option<(u32, u32)> {
    let mut bits = BitReader::new(content);
    let (id, sequence) = (bits.unsigned()?, bits.unsigned()?);
    let arithmetic = bits.bit()?;
    bits.bit()?;
    let groups = bits.unsigned()?;
    let references = (bits.unsigned()?, bits.unsigned()?);
    let weighted = bits.bits(3)? != 0;
    let in_order = groups == 0 && references.0 < MOST_REFERENCES && references.1 < MOST_REFERENCES;
    (id <= MOST_ID && in_order && !arithmetic && !weighted).then_some((id, sequence))
}
