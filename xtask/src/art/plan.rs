//! A map in the making: its tile layers, its objects, and the rules by which walls, floors and shadows follow from rooms
//! and doors.

use super::{
    floors::VARIANTS,
    raster::noise,
    sheet::{Part, Sheet},
};

/// Columns of the map.
pub(crate) const WIDTH: u32 = 64;
/// Rows of the map.
pub(crate) const HEIGHT: u32 = 44;

/// The tile layers, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    Floor,
    Carpet,
    Shadows,
    Light,
    Walls,
    Furniture,
    Above,
}

impl Layer {
    pub(crate) const ALL: [(Self, &'static str); 7] = [
        (Self::Floor, "floor"),
        (Self::Carpet, "carpet"),
        (Self::Shadows, "shadows"),
        (Self::Light, "light"),
        (Self::Walls, "walls"),
        (Self::Furniture, "furniture"),
        (Self::Above, "above"),
    ];
}

/// Whole tiles: left column, upper row, columns, rows.
pub(crate) type Area = [u32; 4];

/// A rectangle for Tiled's object layers.
pub(crate) struct Object {
    pub(crate) class: &'static str,
    pub(crate) name: String,
    pub(crate) area: Area,
}

/// What to build of a room: the tops of its walls go round `walls`, the tiles within are `inside`.
pub(crate) struct RoomPlan {
    pub(crate) walls: Area,
    pub(crate) floor: &'static str,
    pub(crate) paint: &'static str,
}

/// The map as far as it is drawn.
pub(crate) struct Plan<'a> {
    sheet: &'a Sheet,
    layers: [Vec<u32>; Layer::ALL.len()],
    cap: Vec<bool>,
    rooms: Vec<RoomPlan>,
    /// Rooms, plots, doors and the spawn.
    pub(crate) objects: Vec<Object>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(sheet: &'a Sheet) -> Self {
        let cells = (WIDTH * HEIGHT) as usize;
        Self {
            sheet,
            layers: std::array::from_fn(|_| vec![0; cells]),
            cap: vec![false; cells],
            rooms: Vec::new(),
            objects: Vec::new(),
        }
    }

    /// The tile numbers of a layer, row by row.
    pub(crate) fn tiles(&self, layer: Layer) -> &[u32] {
        &self.layers[layer as usize]
    }

    /// The tiles within the walls of a room: below the front of its northern wall.
    pub(crate) fn inside(walls: Area) -> Area {
        [walls[0] + 1, walls[1] + 2, walls[2] - 2, walls[3] - 3]
    }

    /// Puts a wall round the map.
    pub(crate) fn outer_wall(&mut self) {
        self.wall_round([0, 0, WIDTH, HEIGHT]);
    }

    /// Puts up the walls of a room.
    pub(crate) fn room(&mut self, room: RoomPlan) {
        self.wall_round(room.walls);
        self.rooms.push(room);
    }

    fn wall_round(&mut self, [left, top, columns, rows]: Area) {
        for (x, y) in cells([left, top, columns, rows]) {
            if x == left || y == top || x == left + columns - 1 || y == top + rows - 1 {
                self.cap[index(x, y)] = true;
            }
        }
    }

    /// Shuts the doors of all plots, as a client draws them while nobody has a room there.
    pub(crate) fn shut_plots(&mut self) {
        let doors: Vec<Area> = self.objects.iter().filter(|o| o.class == "door").map(|o| o.area).collect();
        for [left, top, columns, rows] in doors {
            for (x, y) in cells([left, top, columns, rows]) {
                let name = match (y + 1 < top + rows, (x - left) % 2) {
                    (true, _) => "shut-door-top",
                    (false, 0) => "shut-door",
                    (false, _) => "shut-door-right",
                };
                self.layers[Layer::Above as usize][index(x, y)] = self.sheet.stamp(name).first;
            }
        }
    }

    pub(crate) fn object(&mut self, class: &'static str, name: &str, area: Area) {
        self.objects.push(Object { class, name: name.to_owned(), area });
    }

    /// Breaks a doorway into a wall that runs east and west; `y` is the row of the wall's top.
    pub(crate) fn door(&mut self, x: u32, y: u32, columns: u32) {
        for (column, row) in cells([x, y, columns, 2]) {
            self.cap[index(column, row)] = false;
            self.place("threshold", column, row, Layer::Floor);
        }
        for row in [y, y + 1] {
            self.place("post-left", x, row, Layer::Walls);
            self.place("post-right", x + columns - 1, row, Layer::Walls);
        }
        for column in x..x + columns {
            self.place("beam", column, y, Layer::Above);
        }
    }

    /// Breaks a doorway into a wall that runs north and south. The first row becomes the front of the wall above it,
    /// so one can walk through one row fewer.
    pub(crate) fn side_door(&mut self, x: u32, y: u32, rows: u32) {
        for row in y..y + rows {
            self.cap[index(x, row)] = false;
        }
        for row in y + 1..y + rows {
            self.place("threshold", x, row, Layer::Floor);
        }
        self.place("post-top", x, y + 1, Layer::Walls);
        self.place("post-bottom", x, y + rows - 1, Layer::Walls);
    }

    /// Lays a material.
    pub(crate) fn lay(&mut self, material: &str, area: Area) {
        for (x, y) in cells(area) {
            let variant = ((noise(x, y, 77) * VARIANTS as f32) as u32).min(VARIANTS - 1);
            self.layers[Layer::Floor as usize][index(x, y)] = self.sheet.stamp(&format!("{material}-{variant}")).first;
        }
    }

    /// Lays a rug of any size from its nine tiles.
    pub(crate) fn rug(&mut self, name: &str, area: Area) {
        let [left, top, columns, rows] = area;
        let third = |at: u32, from: u32, count: u32| match at - from {
            0 => 0,
            last if last == count - 1 => 2,
            _ => 1,
        };
        for (x, y) in cells(area) {
            let part = third(y, top, rows) * 3 + third(x, left, columns);
            self.place(&format!("{name}-{part}"), x, y, Layer::Carpet);
        }
    }

    /// Puts a stamp down; parts above people go to their own layer.
    ///
    /// # Panics
    /// When something is there already.
    pub(crate) fn place(&mut self, name: &str, x: u32, y: u32, layer: Layer) {
        let stamp = self.sheet.stamp(name);
        for (column, row) in cells([0, 0, stamp.columns, stamp.rows]) {
            let (tile, part) = stamp.tile(column, row);
            let layer = if part == Part::Above { Layer::Above } else { layer };
            let cell = &mut self.layers[layer as usize][index(x + column, y + row)];
            assert!(*cell == 0 || layer == Layer::Floor, "{name} at {x}, {y} stands on something else");
            *cell = tile;
        }
    }

    /// Puts furniture down, each piece with its places.
    pub(crate) fn furnish(&mut self, pieces: &[(&str, &[(u32, u32)])]) {
        for (name, places) in pieces {
            for &(x, y) in *places {
                self.place(name, x, y, Layer::Furniture);
            }
        }
    }

    /// Lays the floors of all rooms; doorways and special floors come after.
    pub(crate) fn lay_rooms(&mut self) {
        let floors: Vec<_> = self.rooms.iter().map(|room| (room.floor, Self::inside(room.walls))).collect();
        for (floor, [left, top, columns, rows]) in floors {
            self.lay(floor, [left, top - 1, columns, rows + 1]);
        }
    }

    /// Draws the walls and their shadows, once all rooms and doors are known.
    pub(crate) fn raise_walls(&mut self) {
        for (x, y) in cells([0, 0, WIDTH, HEIGHT]) {
            if self.is_cap(x, y) {
                let tile = self.sheet.stamp(&format!("cap-{}", self.open_sides(x, y))).first;
                self.layers[Layer::Walls as usize][index(x, y)] = tile;
            } else if self.is_face(x, y) {
                let tile = self.sheet.stamp(&format!("face-{}", self.paint_at(x, y))).first;
                self.layers[Layer::Walls as usize][index(x, y)] = tile;
            } else {
                let (below, beside) = (y > 0 && self.is_face(x, y - 1), x > 0 && self.is_cap(x - 1, y));
                let name = match (below, beside) {
                    (true, true) => "shadow-corner",
                    (true, false) => "shadow-below",
                    (false, true) => "shadow-beside",
                    (false, false) => continue,
                };
                self.place(name, x, y, Layer::Shadows);
            }
        }
    }

    fn is_cap(&self, x: u32, y: u32) -> bool {
        self.cap[index(x, y)]
    }

    /// The front of a wall shows on the tile below its top.
    fn is_face(&self, x: u32, y: u32) -> bool {
        !self.is_cap(x, y) && y > 0 && self.is_cap(x, y - 1)
    }

    /// Bits for [`super::walls`]: where the wall's top ends. The map's edge counts as wall.
    fn open_sides(&self, x: u32, y: u32) -> u32 {
        u32::from(y > 0 && !self.is_cap(x, y - 1))
            | u32::from(x + 1 < WIDTH && !self.is_cap(x + 1, y)) << 1
            | u32::from(y + 1 < HEIGHT && !self.is_cap(x, y + 1)) << 2
            | u32::from(x > 0 && !self.is_cap(x - 1, y)) << 3
    }

    /// The paint of a wall's front: that of the room which it looks into, or the hall's.
    fn paint_at(&self, x: u32, y: u32) -> &'static str {
        let looks_in = |room: &&RoomPlan| {
            let [left, top, columns, rows] = Self::inside(room.walls);
            (left..left + columns).contains(&x) && (top..top + rows).contains(&(y + 1))
        };
        self.rooms.iter().find(looks_in).map_or("cream", |room| room.paint)
    }
}

/// All tiles of an area, row by row.
pub(crate) fn cells([left, top, columns, rows]: Area) -> impl Iterator<Item = (u32, u32)> {
    (top..top + rows).flat_map(move |y| (left..left + columns).map(move |x| (x, y)))
}

fn index(x: u32, y: u32) -> usize {
    assert!(x < WIDTH && y < HEIGHT, "{x}, {y} lies outside the map");
    (y * WIDTH + x) as usize
}
