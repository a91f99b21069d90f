//! Walls with a top and a front, doorways, and what hangs on walls.

use super::{
    raster::{Canvas, Color, TILE, rgb},
    sheet::Sheet,
};

/// Top of a wall.
const CAP: Color = rgb(0x54455c);
/// Wood of door frames and doors.
const FRAME: Color = rgb(0x9a6240);

/// The paint of the walls' fronts, by name.
pub(crate) const PAINTS: [(&str, Color); 9] = [
    ("cream", rgb(0xf3e3c8)),
    ("sage", rgb(0x8fac93)),
    ("lilac", rgb(0xb9b2d8)),
    ("tiles", rgb(0xe3efe9)),
    ("terracotta", rgb(0xdc9a76)),
    ("ochre", rgb(0xe2bd7c)),
    ("rose", rgb(0xe8bcb2)),
    ("glass", rgb(0xb7ddd3)),
    ("wine", rgb(0x96485a)),
];

/// Adds all parts of walls.
pub(crate) fn add_all(sheet: &mut Sheet) {
    for open in 0..16 {
        sheet.add(&format!("cap-{open}"), "#", |canvas| cap(canvas, open));
    }
    for (name, color) in PAINTS {
        sheet.add(&format!("face-{name}"), "#", |canvas| face(canvas, name, color));
    }
    add_doors(sheet);
    add_hangings(sheet);
}

/// The top of a wall. Bits of `open`: no wall to the north 1, east 2, south 4, west 8.
fn cap(canvas: &mut Canvas, open: u32) {
    canvas.rect(0.0, 0.0, TILE, TILE, CAP);
    let (light, line) = (rgb(0x857391), 3.0);
    if open & 1 != 0 {
        canvas.rect(0.0, 0.0, TILE, line, light);
    }
    if open & 2 != 0 {
        canvas.rect(TILE - line, 0.0, line, TILE, CAP.lighter(0.16));
    }
    if open & 4 != 0 {
        canvas.rect(0.0, TILE - line, TILE, line, light.lighter(0.18));
    }
    if open & 8 != 0 {
        canvas.rect(0.0, 0.0, line, TILE, light);
    }
}

fn face(canvas: &mut Canvas, name: &str, color: Color) {
    canvas.fade([0.0, 0.0, TILE, TILE], 0.0, color.lighter(0.12), color.darker(0.12));
    match name {
        "tiles" => {
            for row in 0..3 {
                canvas.rect(0.0, 8.0 * row as f32 + 8.0, TILE, 1.0, color.darker(0.14));
                for column in 0..4 {
                    canvas.rect(
                        8.0 * column as f32 + 4.0 * (row % 2) as f32,
                        8.0 * row as f32,
                        1.0,
                        8.0,
                        color.darker(0.14),
                    );
                }
            }
        }
        "glass" => {
            canvas.rect(0.0, 3.0, TILE, 20.0, rgb(0xd3f0f2));
            canvas.polygon(&[(6.0, 23.0), (18.0, 3.0), (24.0, 3.0), (12.0, 23.0)], rgb(0xffffff).alpha(0.55));
            canvas.rect(0.0, 3.0, 2.0, 20.0, rgb(0xf4f7ee));
            canvas.rect(15.0, 3.0, 2.0, 20.0, rgb(0xf4f7ee));
            canvas.rect(0.0, 12.0, TILE, 2.0, rgb(0xf4f7ee));
        }
        "sage" | "wine" => {
            for x in [3.0, 19.0] {
                canvas.round(x, 7.0, 10.0, 16.0, 1.0, color.darker(0.14));
                canvas.round(x + 1.0, 8.0, 8.0, 14.0, 1.0, color.lighter(0.06));
            }
        }
        "lilac" | "rose" => {
            for x in [4.0, 12.0, 20.0, 28.0] {
                canvas.rect(x - 1.0, 3.0, 3.0, 22.0, color.lighter(0.2));
            }
        }
        _ => {}
    }
    canvas.fade([0.0, 0.0, TILE, 5.0], 0.0, rgb(0x2a1a30).alpha(0.30), rgb(0x2a1a30).alpha(0.0));
    let skirting = if name == "wine" { rgb(0x6d4331) } else { rgb(0xfbf3e3) };
    canvas.rect(0.0, 26.0, TILE, 6.0, skirting.darker(0.28));
    canvas.rect(0.0, 26.0, TILE, 4.5, skirting);
}

fn add_doors(sheet: &mut Sheet) {
    // A doorway in a wall that runs east and west is two tiles deep: the wall's top and its front.
    sheet.add("threshold", ".", |canvas| {
        canvas.rect(0.0, 0.0, TILE, TILE, rgb(0xd39a62));
        for y in [0.0, 8.0, 16.0, 24.0] {
            canvas.rect(0.0, y, TILE, 1.0, rgb(0xe6b47c));
            canvas.rect(0.0, y + 7.0, TILE, 1.0, rgb(0xb67d4b));
        }
    });
    let post = |canvas: &mut Canvas| {
        canvas.rect(0.0, 0.0, 6.0, TILE, FRAME.darker(0.25));
        canvas.rect(0.0, 0.0, 4.5, TILE, FRAME.lighter(0.22));
        canvas.fade([6.0, 0.0, 7.0, TILE], 0.0, rgb(0x2a1a30).alpha(0.16), rgb(0x2a1a30).alpha(0.16));
    };
    sheet.add_pair(["post-left", "post-right"], ".", post);
    // In a wall that runs north and south it is the posts above and below that show.
    sheet.add("post-top", ".", |canvas| {
        canvas.rect(0.0, 0.0, TILE, 5.0, FRAME.darker(0.25));
        canvas.rect(0.0, 0.0, TILE, 3.5, FRAME.lighter(0.22));
    });
    sheet.add("post-bottom", ".", |canvas| {
        canvas.rect(0.0, TILE - 5.0, TILE, 5.0, FRAME.darker(0.25));
        canvas.rect(0.0, TILE - 5.0, TILE, 3.5, FRAME.lighter(0.22));
    });
    let beam = |canvas: &mut Canvas| {
        canvas.shadow([0.0, 0.0, TILE, 12.0], 0.0, 5.0, 0.3);
        canvas.rect(0.0, 0.0, TILE, 10.0, FRAME.darker(0.3));
        canvas.rect(0.0, 0.0, TILE, 7.0, FRAME.lighter(0.22));
        canvas.rect(0.0, 0.0, TILE, 1.5, FRAME.lighter(0.45));
    };
    sheet.add("beam", "^", beam);
    sheet.add("shut-door-top", "#", |canvas| {
        cap(canvas, 5);
        canvas.rect(0.0, TILE - 5.0, TILE, 5.0, FRAME.lighter(0.2));
    });
    sheet.add_pair(["shut-door", "shut-door-right"], "#", |canvas| {
        let wood = rgb(0xb5764a);
        canvas.rect(0.0, 0.0, TILE, TILE, FRAME.darker(0.35));
        canvas.rect(0.0, 0.0, 5.0, TILE, FRAME.lighter(0.22));
        canvas.fade([6.0, 2.0, 25.0, 30.0], 0.0, wood.lighter(0.18), wood);
        for (y, height) in [(5.0, 11.0), (18.0, 10.0)] {
            canvas.round(10.0, y, 16.0, height, 1.5, wood.darker(0.3));
            canvas.round(11.0, y + 1.0, 15.0, height - 1.0, 1.5, wood.lighter(0.05));
        }
        canvas.circle(28.5, 17.0, 2.2, rgb(0x6b4a24));
        canvas.circle(28.2, 16.5, 1.7, rgb(0xf3cf6b));
        canvas.fade([0.0, 0.0, TILE, 4.0], 0.0, rgb(0x2a1a30).alpha(0.35), rgb(0x2a1a30).alpha(0.0));
    });
}

fn add_hangings(sheet: &mut Sheet) {
    sheet.add("window", "##", |canvas| {
        canvas.round(5.0, 2.0, 54.0, 22.0, 2.0, rgb(0xfdf7ea));
        canvas.fade([8.0, 4.0, 48.0, 17.0], 0.0, rgb(0x9fd0ea), rgb(0xe6f5f3));
        canvas.ellipse(20.0, 13.0, 8.0, 3.0, rgb(0xffffff).alpha(0.8));
        canvas.ellipse(46.0, 9.0, 6.0, 2.4, rgb(0xffffff).alpha(0.8));
        canvas.rect(23.0, 4.0, 2.0, 17.0, rgb(0xfdf7ea));
        canvas.rect(39.0, 4.0, 2.0, 17.0, rgb(0xfdf7ea));
        canvas.rect(3.0, 22.0, 58.0, 4.0, rgb(0xfdf7ea));
        canvas.rect(3.0, 25.0, 58.0, 1.5, rgb(0xa58f86));
    });
    sheet.add("picture", "#", |canvas| {
        canvas.shadow([7.0, 5.0, 18.0, 17.0], 1.0, 3.0, 0.4);
        canvas.rect(6.0, 3.0, 20.0, 18.0, rgb(0x7c5138));
        canvas.fade([8.0, 5.0, 16.0, 14.0], 0.0, rgb(0xf7d7a0), rgb(0xe58b6d));
        canvas.polygon(
            &[(8.0, 19.0), (14.0, 11.0), (18.0, 15.0), (21.0, 12.0), (24.0, 16.0), (24.0, 19.0)],
            rgb(0x54708a),
        );
    });
    sheet.add("painting", "##", |canvas| {
        canvas.shadow([9.0, 4.0, 46.0, 19.0], 1.0, 3.0, 0.4);
        canvas.rect(8.0, 2.0, 48.0, 21.0, rgb(0xc79a50));
        canvas.rect(10.0, 4.0, 44.0, 17.0, rgb(0xf5ecd9));
        canvas.circle(21.0, 13.0, 6.0, rgb(0xe0785c));
        canvas.rect(27.0, 6.0, 10.0, 13.0, rgb(0x5a86a0));
        canvas.polygon(&[(40.0, 19.0), (46.0, 6.0), (52.0, 19.0)], rgb(0xe9b949));
    });
    sheet.add("clock", "#", |canvas| {
        canvas.circle(16.0, 13.0, 9.0, rgb(0x4a3b4f));
        canvas.circle(16.0, 12.5, 7.5, rgb(0xfffaf0));
        canvas.line((16.0, 12.5), (16.0, 7.5), 1.5, rgb(0x4a3b4f));
        canvas.line((16.0, 12.5), (20.0, 14.5), 1.5, rgb(0xc0574e));
    });
    sheet.add("board", "###", |canvas| {
        canvas.shadow([7.0, 3.0, 82.0, 21.0], 1.0, 3.0, 0.35);
        canvas.round(6.0, 1.0, 84.0, 23.0, 2.0, rgb(0xb9bfc4));
        canvas.rect(8.0, 3.0, 80.0, 19.0, rgb(0xfcfcf7));
        for (x, y, width, color) in
            [(14.0, 7.0, 22.0, 0x4f7bb0), (14.0, 11.0, 16.0, 0x4f7bb0), (14.0, 15.0, 20.0, 0xc85c4e)]
        {
            canvas.rect(x, y, width, 1.5, rgb(color));
        }
        canvas.circle(58.0, 12.0, 6.0, rgb(0x6da06f));
        canvas.circle(58.0, 12.0, 4.5, rgb(0xfcfcf7));
        canvas.line((64.0, 12.0), (74.0, 12.0), 1.5, rgb(0x4a3b4f));
        canvas.rect(74.0, 7.0, 9.0, 10.0, rgb(0xf1cf6a));
    });
    sheet.add("screen", "###", |canvas| {
        canvas.shadow([7.0, 3.0, 82.0, 22.0], 1.0, 3.0, 0.4);
        canvas.round(6.0, 1.0, 84.0, 23.0, 2.0, rgb(0x2c2735));
        canvas.fade([8.0, 3.0, 80.0, 19.0], 1.0, rgb(0x3f6f8f), rgb(0x6fb0b0));
        canvas.polygon(&[(20.0, 3.0), (34.0, 3.0), (24.0, 22.0), (10.0, 22.0)], rgb(0xffffff).alpha(0.13));
        canvas.polygon(&[(44.0, 8.0), (54.0, 13.0), (44.0, 18.0)], rgb(0xfff6e0));
    });
    sheet.add("tools", "##", |canvas| {
        canvas.round(4.0, 2.0, 56.0, 22.0, 2.0, rgb(0x9b7350));
        canvas.round(6.0, 4.0, 52.0, 18.0, 1.0, rgb(0xc79f70));
        for (x, color) in [(12.0, 0xc0574e), (22.0, 0x4f7296), (44.0, 0xe0a63f), (52.0, 0x5f8a63)] {
            canvas.line((x, 8.0), (x, 13.0), 2.0, rgb(0x6d6f78));
            canvas.line((x, 14.0), (x, 19.0), 3.0, rgb(color));
        }
        canvas.circle(33.0, 12.0, 5.0, rgb(0x6d6f78));
        canvas.circle(33.0, 12.0, 3.0, rgb(0xc79f70));
    });
    sheet.add("curtain", "#", |canvas| {
        for fold in 0..4 {
            let x = 8.0 * fold as f32;
            canvas.fade([x, 0.0, 8.0, 30.0], 0.0, rgb(0xc04a55), rgb(0x8f2f42));
            canvas.rect(x + 5.0, 0.0, 3.0, 30.0, rgb(0x5e1c33).alpha(0.45));
            canvas.rect(x + 1.0, 0.0, 1.5, 30.0, rgb(0xe2828a).alpha(0.55));
        }
        canvas.rect(0.0, 0.0, TILE, 5.0, rgb(0xe3b85a));
        canvas.rect(0.0, 4.0, TILE, 1.5, rgb(0x9a6b2c));
        canvas.rect(0.0, 28.0, TILE, 2.0, rgb(0xe3b85a));
    });
}
