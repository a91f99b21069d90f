//! Draws Hallway's own pictures: the default map with its tiles, and the icon. The committed files under `assets/` are
//! exactly what this writes.

mod floors;
mod furniture;
mod green;
mod hallway;
mod icon;
mod plan;
mod raster;
mod sheet;
mod tmx;
mod walls;

use anyhow::Context;
use image::{DynamicImage, ImageFormat, RgbaImage, imageops};
use plan::{HEIGHT, Layer, Plan, WIDTH};
use sheet::{COLUMNS, Sheet, TILE_PX};
use std::{fs, io::Cursor, path::Path};

/// Writes all drawn files below the assets folder.
///
/// # Errors
/// When a file can't be written.
pub(crate) fn write(assets_dir: &Path) -> anyhow::Result<()> {
    for (name, bytes) in files()? {
        let path = assets_dir.join(name);
        let folder = path.parent().unwrap_or(assets_dir);
        fs::create_dir_all(folder).with_context(|| format!("can't create {}", folder.display()))?;
        fs::write(&path, bytes).with_context(|| format!("can't write {}", path.display()))?;
    }
    Ok(())
}

/// Writes a picture of the whole default map, the doors of its plots shut, for the eye of whoever changes the art.
///
/// # Errors
/// When the file can't be written.
pub(crate) fn preview(file: &Path) -> anyhow::Result<()> {
    let sheet = sheet();
    let mut plan = hallway::draw(&sheet);
    plan.shut_plots();
    let picture = render(&sheet, &plan);
    fs::write(file, png(picture)?).with_context(|| format!("can't write {}", file.display()))
}

/// Every drawn file: its place below the assets folder and its bytes.
fn files() -> anyhow::Result<Vec<(&'static str, Vec<u8>)>> {
    let sheet = sheet();
    let plan = hallway::draw(&sheet);
    Ok(vec![
        ("maps/hallway.tmx", tmx::write(&plan, "hallway.tsx").into_bytes()),
        ("maps/hallway.tsx", sheet.tsx("hallway.png").into_bytes()),
        ("maps/hallway.png", png(sheet.image())?),
        ("icon.png", png(icon::draw())?),
    ])
}

fn sheet() -> Sheet {
    let mut sheet = Sheet::default();
    floors::add_all(&mut sheet);
    walls::add_all(&mut sheet);
    furniture::add_all(&mut sheet);
    green::add_all(&mut sheet);
    sheet
}

fn render(sheet: &Sheet, plan: &Plan<'_>) -> RgbaImage {
    let tiles = sheet.image();
    let mut picture = RgbaImage::new(WIDTH * TILE_PX, HEIGHT * TILE_PX);
    for (layer, _) in Layer::ALL {
        for (&tile, (x, y)) in plan.tiles(layer).iter().zip(plan::cells([0, 0, WIDTH, HEIGHT])) {
            let Some(id) = tile.checked_sub(1) else { continue };
            let (column, row) = (id % COLUMNS * TILE_PX, id / COLUMNS * TILE_PX);
            let cut = imageops::crop_imm(&tiles, column, row, TILE_PX, TILE_PX);
            imageops::overlay(&mut picture, &*cut, i64::from(x * TILE_PX), i64::from(y * TILE_PX));
        }
    }
    picture
}

fn png(image: RgbaImage) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(image).write_to(&mut bytes, ImageFormat::Png).context("can't encode a PNG")?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_assets_are_what_this_program_draws() {
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets");
        for (name, drawn) in files().unwrap() {
            let committed = fs::read(assets.join(name)).unwrap();
            assert!(committed == drawn, "assets/{name} differs: run `cargo xtask assets` and commit the result");
        }
    }
}
