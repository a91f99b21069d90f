//! The tile sheet: named stamps of one or more tiles, where they lie in the image, and the tile set file for Tiled.

use super::raster::Canvas;
use image::{GenericImage, RgbaImage};
use std::{collections::BTreeMap, fmt::Write};

/// Side of a tile in the image.
pub(crate) const TILE_PX: u32 = 32;
/// Tiles in a row of the image.
pub(crate) const COLUMNS: u32 = 16;

/// What a tile of a stamp does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Drawn under people, who can walk on it.
    Open,
    /// Drawn under people, who can't walk on it.
    Solid,
    /// Drawn over people.
    Above,
}

/// A picture of whole tiles that is placed as one.
pub(crate) struct Stamp {
    pub(crate) columns: u32,
    pub(crate) rows: u32,
    /// Tile number of its upper left tile, counted from 1 as in the map.
    pub(crate) first: u32,
    parts: Vec<Part>,
    image: RgbaImage,
}

impl Stamp {
    /// Number of the tile at a column and row of the stamp, and what it does.
    pub(crate) fn tile(&self, column: u32, row: u32) -> (u32, Part) {
        (self.first + row * COLUMNS + column, self.parts[(row * self.columns + column) as usize])
    }
}

/// All stamps by name.
#[derive(Default)]
pub(crate) struct Sheet {
    stamps: BTreeMap<String, Stamp>,
    /// Which cells of the image are used, row by row.
    used: Vec<[bool; COLUMNS as usize]>,
}

impl Sheet {
    /// Draws a stamp. `plan` tells its size and parts, row by row: `.` open, `#` solid, `^` above people.
    pub(crate) fn add(&mut self, name: &str, plan: &str, draw: impl Fn(&mut Canvas)) {
        let rows: Vec<&str> = plan.split('/').collect();
        let (columns, height) = (rows[0].len() as u32, rows.len() as u32);
        let parts = plan.bytes().filter(|&b| b != b'/').map(|b| match b {
            b'#' => Part::Solid,
            b'^' => Part::Above,
            _ => Part::Open,
        });
        let mut canvas = Canvas::tiles(columns, height, TILE_PX);
        draw(&mut canvas);
        let first = self.take_cells(columns, height);
        let stamp = Stamp { columns, rows: height, first, parts: parts.collect(), image: canvas.to_image() };
        assert_eq!(stamp.parts.len() as u32, columns * height, "the plan of {name} is no rectangle");
        assert!(self.stamps.insert(name.to_owned(), stamp).is_none(), "two stamps are called {name}");
    }

    /// As [`Self::add`], and a second stamp with left and right swapped.
    pub(crate) fn add_pair(&mut self, [name, mirrored]: [&str; 2], plan: &str, draw: impl Fn(&mut Canvas)) {
        self.add(name, plan, &draw);
        let turned: Vec<String> = plan.split('/').map(|row| row.chars().rev().collect()).collect();
        self.add(mirrored, &turned.join("/"), |canvas| {
            draw(canvas);
            canvas.mirror();
        });
    }

    /// The first free place of this size, as the number of its upper left tile.
    fn take_cells(&mut self, columns: u32, rows: u32) -> u32 {
        for top in 0.. {
            while self.used.len() < (top + rows) as usize {
                self.used.push([false; COLUMNS as usize]);
            }
            for left in 0..=COLUMNS - columns {
                let block = |used: &mut Vec<[bool; COLUMNS as usize]>, take: bool| {
                    let mut free = true;
                    for row in &mut used[top as usize..(top + rows) as usize] {
                        for cell in &mut row[left as usize..(left + columns) as usize] {
                            free &= !*cell;
                            *cell |= take;
                        }
                    }
                    free
                };
                if block(&mut self.used, false) {
                    block(&mut self.used, true);
                    return top * COLUMNS + left + 1;
                }
            }
        }
        unreachable!("rows are added until a stamp fits")
    }

    /// The stamp of that name.
    ///
    /// # Panics
    /// When there is none: names are written in this program only.
    pub(crate) fn stamp(&self, name: &str) -> &Stamp {
        self.stamps.get(name).unwrap_or_else(|| panic!("no stamp is called {name}"))
    }

    /// The image of all tiles.
    pub(crate) fn image(&self) -> RgbaImage {
        let mut sheet = RgbaImage::new(COLUMNS * TILE_PX, self.used.len() as u32 * TILE_PX);
        for stamp in self.stamps.values() {
            let (column, row) = ((stamp.first - 1) % COLUMNS, (stamp.first - 1) / COLUMNS);
            sheet.copy_from(&stamp.image, column * TILE_PX, row * TILE_PX).expect("cells lie inside the sheet");
        }
        sheet
    }

    /// The tile set file for Tiled: a class per tile (its stamp's name) and who is solid.
    pub(crate) fn tsx(&self, image: &str) -> String {
        let (width, height) = (COLUMNS * TILE_PX, self.used.len() as u32 * TILE_PX);
        let count = COLUMNS * self.used.len() as u32;
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tileset version=\"1.10\" tiledversion=\"1.10.2\" \
             name=\"hallway\" tilewidth=\"{TILE_PX}\" tileheight=\"{TILE_PX}\" tilecount=\"{count}\" \
             columns=\"{COLUMNS}\">\n <image source=\"{image}\" width=\"{width}\" height=\"{height}\"/>\n"
        );
        let mut tiles = BTreeMap::new();
        for (name, stamp) in &self.stamps {
            for row in 0..stamp.rows {
                for column in 0..stamp.columns {
                    let (number, part) = stamp.tile(column, row);
                    tiles.insert(number - 1, (name, part));
                }
            }
        }
        for (id, (name, part)) in tiles {
            if part == Part::Solid {
                let _ = writeln!(
                    out,
                    " <tile id=\"{id}\" type=\"{name}\">\n  <properties>\n   \
                    <property name=\"solid\" type=\"bool\" value=\"true\"/>\n  </properties>\n </tile>"
                );
            } else {
                let _ = writeln!(out, " <tile id=\"{id}\" type=\"{name}\"/>");
            }
        }
        out.push_str("</tileset>\n");
        out
    }
}
