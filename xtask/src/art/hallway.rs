//! The default map: a hall with a fountain, eight rooms round it, and six booths for rooms that people create.

use super::{
    plan::{Area, HEIGHT, Layer, Plan, RoomPlan, WIDTH},
    sheet::Sheet,
};

/// The rooms: name, walls, floor, paint.
const ROOMS: [(&str, Area, &str, &str); 8] = [
    ("Stage", [42, 0, 22, 14], "walnut", "wine"),
    ("Library", [0, 12, 15, 13], "walnut", "sage"),
    ("Quiet Room", [0, 24, 15, 9], "wool", "lilac"),
    ("Kitchen", [0, 32, 19, 12], "checker", "tiles"),
    ("Lounge", [18, 32, 21, 12], "oak", "terracotta"),
    ("Workshop", [38, 32, 13, 12], "concrete", "ochre"),
    ("Studio", [50, 32, 14, 12], "birch", "rose"),
    ("Garden Room", [46, 13, 18, 14], "grass", "glass"),
];

/// The booths' floors and paints, from west to east.
const BOOTHS: [(&str, &str); 6] = [
    ("peach", "terracotta"),
    ("sky", "glass"),
    ("oak", "ochre"),
    ("felt", "sage"),
    ("wool", "lilac"),
    ("birch", "rose"),
];
/// Columns from one booth to the next.
const BOOTH_STEP: u32 = 7;
/// Row of the top of the booths' southern wall, which has their doors.
const BOOTH_DOOR_ROW: u32 = 6;

/// Draws the map.
pub(crate) fn draw(sheet: &Sheet) -> Plan<'_> {
    let mut plan = Plan::new(sheet);
    build(&mut plan);
    doors(&mut plan);
    plan.raise_walls();
    hall(&mut plan);
    booths(&mut plan);
    north_and_west(&mut plan);
    south(&mut plan);
    garden(&mut plan);
    plan
}

fn build(plan: &mut Plan<'_>) {
    plan.lay("stone", [0, 0, WIDTH, HEIGHT]);
    plan.lay("path", [29, 8, 2, 24]);
    plan.lay("path", [15, 18, 31, 2]);
    plan.lay("path", [25, 14, 10, 10]);
    plan.lay("path", [15, 29, 48, 2]);
    plan.lay("path", [1, 9, 41, 2]);
    plan.outer_wall();
    for (name, walls, floor, paint) in ROOMS {
        plan.object("room", name, Plan::inside(walls));
        plan.room(RoomPlan { walls, floor, paint });
    }
    for ((floor, paint), number) in BOOTHS.into_iter().zip(0..) {
        let walls = [BOOTH_STEP * number, 0, BOOTH_STEP + 1, BOOTH_DOOR_ROW + 1];
        plan.object("plot", &format!("Plot {}", number + 1), Plan::inside(walls));
        plan.room(RoomPlan { walls, floor, paint });
    }
    plan.lay_rooms();
    plan.lay("boards", [46, 2, 14, 4]);
    plan.object("spawn", "spawn", [26, 27, 8, 4]);
}

fn doors(plan: &mut Plan<'_>) {
    for number in 0..BOOTHS.len() as u32 {
        let x = BOOTH_STEP * number + 3;
        plan.door(x, BOOTH_DOOR_ROW, 2);
        plan.object("door", &format!("Plot {}", number + 1), [x, BOOTH_DOOR_ROW, 2, 2]);
    }
    plan.door(15, 32, 2); // Kitchen
    plan.door(27, 32, 3); // Lounge
    plan.door(43, 32, 2); // Workshop
    plan.door(56, 32, 2); // Studio
    plan.door(54, 26, 2); // Garden Room, south
    plan.side_door(46, 17, 4); // Garden Room, west
    plan.side_door(42, 8, 4); // Stage
    plan.side_door(14, 16, 4); // Library
    plan.side_door(14, 27, 4); // Quiet Room
    plan.side_door(18, 36, 4); // between Kitchen and Lounge
    for (x, y) in [(15, 31), (43, 31), (56, 31), (54, 28)] {
        plan.place("doormat", x, y, Layer::Carpet);
    }
}

fn hall(plan: &mut Plan<'_>) {
    plan.rug("rug-sand", [25, 26, 10, 5]);
    plan.furnish(&[
        ("fountain", &[(28, 17)]),
        ("bench-upright", &[(26, 16), (33, 16), (26, 20), (33, 20)]),
        ("tree", &[(23, 12), (35, 12), (23, 22), (35, 22)]),
        ("flowers-warm", &[(25, 14), (33, 14), (25, 24), (33, 24)]),
        ("flowers-cool", &[(31, 14), (27, 14), (27, 24), (31, 24)]),
        ("parasol-table", &[(18, 13), (19, 21), (39, 13), (41, 22), (38, 25)]),
        ("chair-east", &[(17, 14), (18, 22), (38, 14), (40, 23), (37, 26)]),
        ("chair-west", &[(20, 14), (21, 22), (41, 14), (43, 23), (40, 26)]),
        ("reception", &[(19, 26)]),
        ("chair-south", &[(21, 25)]),
        ("plant", &[(15, 12), (15, 23), (15, 26), (45, 16), (45, 22), (45, 27), (18, 27)]),
        ("plant", &[(1, 11), (13, 11), (18, 31), (38, 31), (50, 31), (23, 27)]),
        ("bush", &[(7, 8), (14, 8), (21, 8), (28, 8), (35, 8)]),
        ("bench", &[(6, 11), (47, 28), (59, 28)]),
        ("tall-plant", &[(62, 27), (1, 7), (41, 7)]),
        ("lamp", &[(22, 30), (37, 30), (46, 28)]),
        ("clock", &[(45, 14)]),
        ("painting", &[(43, 14)]),
    ]);
}

fn booths(plan: &mut Plan<'_>) {
    for number in 0..BOOTHS.len() as u32 {
        let x = BOOTH_STEP * number;
        plan.furnish(&[("window", &[(x + 3, 1)]), ("plant", &[(x + 1, 2)]), ("lamp", &[(x + 6, 1)])]);
        plan.place("sunlight", x + 3, 2, Layer::Light);
    }
}

fn north_and_west(plan: &mut Plan<'_>) {
    // Stage
    plan.rug("rug-red", [52, 7, 3, 6]);
    plan.place("steps", 52, 6, Layer::Carpet);
    for x in (46..52).chain(55..60) {
        plan.place("footlights", x, 6, Layer::Furniture);
    }
    for x in 46..60 {
        plan.place("curtain", x, 1, Layer::Furniture);
    }
    for x in [43, 60] {
        plan.place("window", x + u32::from(x == 60), 1, Layer::Furniture);
        plan.place("sunlight", x + u32::from(x == 60), 2, Layer::Light);
    }
    for x in (47..52).chain(55..60) {
        plan.furnish(&[("chair-north", &[(x, 8), (x, 10)])]);
    }
    plan.furnish(&[
        ("speaker", &[(45, 4), (60, 4)]),
        ("plant", &[(45, 3), (60, 3), (45, 2), (60, 2), (45, 6), (60, 6), (43, 12), (62, 12)]),
        ("microphone", &[(53, 4)]),
        ("piano", &[(56, 2)]),
        ("stool", &[(57, 4)]),
    ]);
    // Library
    plan.rug("rug-green", [3, 15, 8, 7]);
    plan.furnish(&[
        ("bookshelf", &[(1, 13), (5, 13), (11, 13)]),
        ("bookshelf-2", &[(3, 13), (9, 13)]),
        ("painting", &[(7, 13)]),
        ("reading-table", &[(5, 17)]),
        ("chair-south", &[(5, 16), (7, 16)]),
        ("chair-north", &[(5, 19), (7, 19)]),
        ("armchair-east-teal", &[(1, 17), (1, 20)]),
        ("lamp", &[(1, 18)]),
        ("low-shelf", &[(2, 23), (5, 23), (8, 23)]),
        ("plant", &[(13, 23), (1, 23), (13, 15)]),
    ]);
    // Quiet Room
    plan.rug("rug-blue", [4, 27, 7, 4]);
    plan.furnish(&[
        ("painting", &[(6, 25)]),
        ("picture", &[(4, 25), (9, 25)]),
        ("sofa-south-teal", &[(2, 26)]),
        ("beanbag-lemon", &[(5, 28)]),
        ("beanbag-plum", &[(9, 28)]),
        ("beanbag-mint", &[(7, 29)]),
        ("lamp", &[(1, 25), (11, 25)]),
        ("tall-plant", &[(13, 25)]),
        ("low-shelf", &[(4, 31), (7, 31)]),
        ("plant", &[(1, 31), (13, 31)]),
    ]);
}

fn south(plan: &mut Plan<'_>) {
    // Kitchen
    plan.rug("rug-sand", [10, 37, 6, 5]);
    plan.furnish(&[
        ("fridge", &[(1, 33)]),
        ("counter", &[(2, 34), (5, 34), (9, 34)]),
        ("sink", &[(3, 34)]),
        ("stove", &[(6, 34)]),
        ("coffee-machine", &[(8, 34)]),
        ("window", &[(3, 33), (6, 33)]),
        ("clock", &[(9, 33)]),
        ("painting", &[(11, 33)]),
        ("island", &[(3, 37)]),
        ("stool", &[(3, 39), (4, 39), (5, 39), (6, 39)]),
        ("round-table", &[(12, 38)]),
        ("chair-east", &[(11, 38), (11, 39)]),
        ("chair-west", &[(14, 38), (14, 39)]),
        ("chair-north", &[(12, 40), (13, 40)]),
        ("plant", &[(1, 42), (17, 42), (17, 34)]),
        ("low-shelf", &[(4, 42)]),
        ("barrel", &[(2, 42)]),
    ]);
    // Lounge
    plan.rug("rug-red", [21, 35, 5, 4]);
    plan.rug("rug-blue", [31, 35, 5, 4]);
    plan.furnish(&[
        ("fireplace", &[(22, 33)]),
        ("sofa-east-coral", &[(20, 36)]),
        ("armchair-west-coral", &[(26, 36), (26, 37)]),
        ("sofa-north-coral", &[(22, 39)]),
        ("coffee-table", &[(23, 37)]),
        ("screen", &[(32, 33)]),
        ("sofa-north-teal", &[(32, 38)]),
        ("armchair-east-teal", &[(30, 36)]),
        ("armchair-west-teal", &[(36, 36)]),
        ("coffee-table", &[(33, 36)]),
        ("round-table", &[(27, 40)]),
        ("chair-east", &[(26, 40), (26, 41)]),
        ("chair-west", &[(29, 40), (29, 41)]),
        ("beanbag-lemon", &[(33, 41)]),
        ("beanbag-mint", &[(35, 40)]),
        ("beanbag-plum", &[(32, 40)]),
        ("picture", &[(20, 33), (26, 33)]),
        ("tall-plant", &[(19, 33), (37, 33), (37, 41), (19, 41), (30, 33)]),
        ("low-shelf", &[(21, 42)]),
    ]);
    // Workshop
    plan.furnish(&[
        ("tools", &[(40, 33), (46, 33)]),
        ("workbench", &[(39, 35), (46, 38)]),
        ("stool", &[(40, 37), (47, 40), (48, 40)]),
        ("printer", &[(48, 34)]),
        ("desk", &[(41, 39)]),
        ("chair-south", &[(41, 38)]),
        ("crate", &[(39, 42), (40, 42), (39, 41), (46, 42)]),
        ("barrel", &[(41, 42), (49, 42)]),
        ("plant", &[(49, 37)]),
    ]);
    // Studio
    plan.rug("rug-sand", [57, 36, 5, 5]);
    plan.furnish(&[
        ("screen", &[(52, 33)]),
        ("board", &[(59, 33)]),
        ("mixing-desk", &[(52, 35)]),
        ("chair-north", &[(53, 37)]),
        ("camera", &[(58, 38)]),
        ("easel", &[(61, 36), (60, 39)]),
        ("stool", &[(60, 37)]),
        ("sofa-north-coral", &[(52, 42)]),
        ("coffee-table", &[(52, 40)]),
        ("tall-plant", &[(62, 33), (51, 33)]),
        ("lamp", &[(51, 40)]),
        ("plant", &[(62, 42), (56, 42)]),
    ]);
}

fn garden(plan: &mut Plan<'_>) {
    for x in 47..56 {
        plan.place("stones", x, 19, Layer::Carpet);
    }
    for y in 20..26 {
        plan.place("stones", 54, y, Layer::Carpet);
        plan.place("stones", 55, y, Layer::Carpet);
    }
    plan.furnish(&[
        ("tree", &[(48, 15), (60, 21), (48, 22)]),
        ("pond", &[(57, 16)]),
        ("flowers-warm", &[(51, 15), (55, 15), (57, 25)]),
        ("flowers-cool", &[(53, 15), (59, 25), (51, 25)]),
        ("bench", &[(52, 17), (57, 20)]),
        ("parasol-table", &[(51, 21)]),
        ("chair-east", &[(50, 22)]),
        ("chair-west", &[(53, 22)]),
        ("bush", &[(62, 15), (47, 15), (62, 25), (47, 25), (62, 19), (57, 23), (50, 15)]),
        ("lamp", &[(47, 20), (56, 24)]),
    ]);
}
