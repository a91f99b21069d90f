//! What people walk on: a material for each room, rugs, doormats, light from windows, shadows of walls.

use super::{
    raster::{Canvas, Color, TILE, noise, rgb},
    sheet::Sheet,
};

/// Every material has so many different tiles, laid out at random.
pub(crate) const VARIANTS: u32 = 4;

/// Adds all floors and what lies flat on them.
pub(crate) fn add_all(sheet: &mut Sheet) {
    add_material(sheet, "stone", |canvas, variant| slabs(canvas, variant, rgb(0xeadfcb), 2));
    add_material(sheet, "path", |canvas, variant| slabs(canvas, variant, rgb(0xdcc7a6), 1));
    add_material(sheet, "oak", |canvas, variant| planks(canvas, variant, rgb(0xd9ad78), 4));
    add_material(sheet, "walnut", |canvas, variant| planks(canvas, variant, rgb(0xa9744f), 4));
    add_material(sheet, "birch", |canvas, variant| planks(canvas, variant, rgb(0xe9cfa2), 2));
    add_material(sheet, "checker", checker);
    add_material(sheet, "wool", |canvas, variant| weave(canvas, variant, rgb(0xa9acd0)));
    add_material(sheet, "felt", |canvas, variant| weave(canvas, variant, rgb(0xb6c6a4)));
    add_material(sheet, "peach", |canvas, variant| weave(canvas, variant, rgb(0xe6b493)));
    add_material(sheet, "sky", |canvas, variant| weave(canvas, variant, rgb(0x9fc0cf)));
    add_material(sheet, "concrete", concrete);
    add_material(sheet, "grass", grass);
    add_material(sheet, "boards", |canvas, variant| planks(canvas, variant, rgb(0xc58a55), 3));
    add_rug(sheet, "rug-red", rgb(0xb8504a), rgb(0xf0cf9c));
    add_rug(sheet, "rug-blue", rgb(0x4f7296), rgb(0xe8dcc0));
    add_rug(sheet, "rug-green", rgb(0x67886a), rgb(0xf0e2bd));
    add_rug(sheet, "rug-sand", rgb(0xd9b98c), rgb(0xf7ecd3));
    add_flat_things(sheet);
    add_shadows(sheet);
}

fn add_material(sheet: &mut Sheet, name: &str, draw: impl Fn(&mut Canvas, u32)) {
    for variant in 0..VARIANTS {
        sheet.add(&format!("{name}-{variant}"), ".", |canvas| draw(canvas, variant));
    }
}

/// Square slabs, `count` along a tile's side.
fn slabs(canvas: &mut Canvas, variant: u32, color: Color, count: u32) {
    canvas.rect(0.0, 0.0, TILE, TILE, color.darker(0.07));
    let side = TILE / count as f32;
    for row in 0..count {
        for column in 0..count {
            let tone = noise(column + variant * 7, row, 3) * 0.09;
            let (x, y) = (column as f32 * side, row as f32 * side);
            canvas.rect(x, y, side - 1.0, side - 1.0, color.lighter(0.25).mix(color.darker(0.05), tone * 10.0));
            canvas.rect(x, y, side - 1.0, 1.0, color.lighter(0.5));
        }
    }
}

fn planks(canvas: &mut Canvas, variant: u32, color: Color, count: u32) {
    let height = TILE / count as f32;
    for row in 0..count {
        let y = row as f32 * height;
        let tone = noise(row, 1, 11);
        let base = color.lighter(0.16 * tone).darker(0.05 * (1.0 - tone));
        canvas.rect(0.0, y, TILE, height, base);
        for streak in 0..2 {
            let from = noise(variant, row * 2 + streak, 5) * 18.0;
            let at = y + height * (0.35 + 0.3 * streak as f32);
            canvas.rect(from, at, 12.0, 0.8, base.darker(0.09));
        }
        canvas.rect(0.0, y, TILE, 1.0, base.lighter(0.18));
        canvas.rect(0.0, y + height - 1.0, TILE, 1.0, base.darker(0.22));
        if (variant + row * 3).is_multiple_of(4) {
            let joint = 6.0 + 20.0 * noise(variant, row, 9);
            canvas.rect(joint, y, 1.0, height - 1.0, base.darker(0.25));
        }
    }
}

fn checker(canvas: &mut Canvas, variant: u32) {
    let half = TILE / 2.0;
    for (index, (x, y)) in [(0.0, 0.0), (half, 0.0), (0.0, half), (half, half)].into_iter().enumerate() {
        let color = if index == 0 || index == 3 { rgb(0xf6eedd) } else { rgb(0xb9d2c3) };
        let tone = noise(index as u32, variant, 17) * 0.06;
        canvas.rect(x, y, half, half, color.darker(0.08));
        canvas.rect(x, y, half - 1.0, half - 1.0, color.darker(tone));
        canvas.rect(x, y, half - 1.0, 1.0, color.lighter(0.4));
    }
}

fn weave(canvas: &mut Canvas, variant: u32, color: Color) {
    canvas.rect(0.0, 0.0, TILE, TILE, color);
    for row in 0..8 {
        for column in 0..8 {
            let tone = noise(column + variant * 8, row, 23);
            let (x, y) = (column as f32 * 4.0, row as f32 * 4.0);
            let thread = if (row + column) % 2 == 0 { color.lighter(0.10 * tone) } else { color.darker(0.05 * tone) };
            canvas.rect(x, y, 4.0, 4.0, thread);
        }
    }
}

fn concrete(canvas: &mut Canvas, variant: u32) {
    let color = rgb(0xcfc8bd);
    canvas.rect(0.0, 0.0, TILE, TILE, color);
    for spot in 0..5 {
        let (x, y) = (4.0 + 24.0 * noise(spot, variant, 31), 4.0 + 24.0 * noise(spot, variant, 37));
        let tone = if spot % 2 == 0 { color.darker(0.06) } else { color.lighter(0.3) };
        canvas.circle(x, y, 1.2, tone);
    }
    if variant.is_multiple_of(2) {
        canvas.rect(TILE - 1.0, 0.0, 1.0, TILE, color.darker(0.1));
    }
    canvas.rect(0.0, TILE - 1.0, TILE, 1.0, color.darker(0.1));
    canvas.rect(0.0, 0.0, TILE, 1.0, color.lighter(0.3));
}

fn grass(canvas: &mut Canvas, variant: u32) {
    let color = rgb(0xa5c77f);
    canvas.rect(0.0, 0.0, TILE, TILE, color);
    for blade in 0..7 {
        let (x, y) = (3.0 + 26.0 * noise(blade, variant, 41), 6.0 + 22.0 * noise(blade, variant, 43));
        let tone = if blade % 2 == 0 { color.darker(0.16) } else { color.lighter(0.25) };
        canvas.line((x, y), (x - 1.5, y - 4.0), 1.2, tone);
        canvas.line((x, y), (x + 1.8, y - 3.2), 1.2, tone);
    }
    if variant == 3 {
        for (x, y, petal) in [(9.0, 11.0, rgb(0xfff6dc)), (22.0, 21.0, rgb(0xf6c9c0))] {
            canvas.circle(x, y, 2.4, petal);
            canvas.circle(x, y, 1.0, rgb(0xe9a93d));
        }
    }
}

/// A rug in nine tiles, to be laid in any size: `name-0` upper left … `name-8` lower right.
fn add_rug(sheet: &mut Sheet, name: &str, color: Color, border: Color) {
    for part in 0..9_u32 {
        sheet.add(&format!("{name}-{part}"), ".", |canvas| {
            let (left, right) = (part % 3 == 0, part % 3 == 2);
            let (top, bottom) = (part / 3 == 0, part / 3 == 2);
            // The rug is drawn as one rectangle that leaves the tile where it has no edge.
            let reach = |edge: bool| if edge { -3.0 } else { 40.0 };
            let outline = |inset: f32| {
                let x = -reach(left) + inset;
                let y = -reach(top) + inset;
                let width = TILE + reach(left) + reach(right) - 2.0 * inset;
                (x, y, width, TILE + reach(top) + reach(bottom) - 2.0 * inset)
            };
            let mut ring = |inset: f32, radius: f32, color: Color| {
                let (x, y, width, height) = outline(inset);
                canvas.round(x, y, width, height, radius, color);
            };
            ring(-1.0, 5.0, rgb(0x2a1a30).alpha(0.18));
            ring(0.0, 4.0, color.darker(0.18));
            ring(1.0, 3.0, color);
            ring(4.0, 2.0, border);
            ring(6.0, 2.0, color.lighter(0.06));
            if part == 4 {
                canvas.polygon(&[(16.0, 9.0), (23.0, 16.0), (16.0, 23.0), (9.0, 16.0)], color.lighter(0.16));
                canvas.polygon(&[(16.0, 13.0), (19.0, 16.0), (16.0, 19.0), (13.0, 16.0)], border.alpha(0.75));
            }
        });
    }
}

fn add_flat_things(sheet: &mut Sheet) {
    sheet.add("doormat", "..", |canvas| {
        canvas.round(6.0, 5.0, 52.0, 19.0, 3.0, rgb(0x7d5b45));
        canvas.round(9.0, 8.0, 46.0, 13.0, 2.0, rgb(0xa67c58));
        for stripe in 0..4 {
            canvas.rect(13.0 + 11.0 * stripe as f32, 10.0, 5.0, 9.0, rgb(0xc79d71));
        }
    });
    sheet.add("sunlight", "../..", |canvas| {
        let light = rgb(0xfff0b8).alpha(0.34);
        canvas.polygon(&[(6.0, 0.0), (28.0, 0.0), (40.0, 46.0), (18.0, 46.0)], light);
        canvas.polygon(&[(32.0, 0.0), (46.0, 0.0), (60.0, 46.0), (44.0, 46.0)], light);
    });
    sheet.add("steps", "...", |canvas| {
        for step in 0..3 {
            let y = 2.0 + 10.0 * step as f32;
            let color = rgb(0xc99865).darker(0.09 * step as f32);
            canvas.rect(2.0, y, 92.0, 7.0, color.lighter(0.2));
            canvas.rect(2.0, y + 7.0, 92.0, 3.0, color.darker(0.4));
        }
    });
    sheet.add("stones", ".", |canvas| {
        for (x, y, rx, ry) in
            [(9.0, 9.0, 7.0, 6.0), (23.0, 13.0, 6.5, 7.0), (10.0, 24.0, 7.0, 6.0), (25.0, 27.0, 5.0, 4.0)]
        {
            canvas.ellipse(x, y + 1.5, rx, ry, rgb(0x7fa262));
            canvas.ellipse(x, y, rx, ry, rgb(0xd9d2c0));
            canvas.ellipse(x - 1.0, y - 1.0, rx - 2.0, ry - 2.0, rgb(0xe9e3d4));
        }
    });
}

/// Soft shadows that walls cast on the floor: below a face, right of a wall, in the corner of both.
fn add_shadows(sheet: &mut Sheet) {
    let shade = |canvas: &mut Canvas, below: bool, beside: bool| {
        canvas.paint(
            [0.0, 0.0, TILE, TILE],
            |_, _| -1.0,
            |x, y| {
                let near = |at: f32, reach: f32| (1.0 - at / reach).clamp(0.0, 1.0);
                let (down, side) = (if below { near(y, 18.0) } else { 0.0 }, if beside { near(x, 13.0) } else { 0.0 });
                rgb(0x3a2140).alpha(0.36 * (1.0 - (1.0 - down * down) * (1.0 - side * side)))
            },
        );
    };
    sheet.add("shadow-below", ".", |canvas| shade(canvas, true, false));
    sheet.add("shadow-beside", ".", |canvas| shade(canvas, false, true));
    sheet.add("shadow-corner", ".", |canvas| shade(canvas, true, true));
}
