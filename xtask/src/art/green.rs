//! Plants, water and what else stands in the hall and the garden room.

use super::{
    furniture::block,
    raster::{Canvas, Color, rgb},
    sheet::Sheet,
};

const LEAF: Color = rgb(0x6b9c62);
const CLAY: Color = rgb(0xcf7d56);

/// Adds all plants and waters.
pub(crate) fn add_all(sheet: &mut Sheet) {
    sheet.add("plant", "#", |canvas| {
        pot(canvas, 16.0, 22.0, 7.0);
        leaves(canvas, &[(16.0, 12.0, 7.0), (10.0, 15.0, 5.0), (22.0, 15.0, 5.0), (16.0, 7.0, 5.0)]);
    });
    sheet.add("tall-plant", "^/#", |canvas| {
        pot(canvas, 16.0, 52.0, 8.5);
        for (x, y) in [(4.0, 22.0), (28.0, 22.0), (8.0, 10.0), (24.0, 10.0), (16.0, 4.0), (3.0, 34.0), (29.0, 34.0)] {
            canvas.line((16.0, 46.0), (x, y), 2.0, LEAF.darker(0.3));
            canvas.ellipse(x + (16.0 - x) * 0.25, y + 5.0, 5.5, 7.5, LEAF.darker(0.12));
            canvas.ellipse(x + (16.0 - x) * 0.3, y + 4.0, 4.0, 5.5, LEAF.lighter(0.1));
        }
    });
    sheet.add("tree", "^^/^^/##", tree);
    sheet.add("bush", "#", |canvas| {
        canvas.shadow([4.0, 12.0, 24.0, 16.0], 8.0, 4.0, 0.35);
        leaves(canvas, &[(11.0, 19.0, 8.0), (21.0, 19.0, 8.0), (16.0, 13.0, 8.5)]);
        for (x, y) in [(11.0, 16.0), (20.0, 13.0), (22.0, 21.0)] {
            canvas.circle(x, y, 1.8, rgb(0xf4b8c0));
        }
    });
    for (name, petals) in [("flowers-warm", [0xe9786a, 0xf2c65a]), ("flowers-cool", [0xb58fd0, 0xf6f0ff])] {
        sheet.add(name, "##", |canvas| {
            block(canvas, [3.0, 7.0, 58.0, 15.0, 7.0], 2.0, rgb(0xb98252));
            canvas.round(6.0, 9.0, 52.0, 11.0, 2.0, rgb(0x6f4b38));
            for flower in 0..7 {
                let (x, y) = (10.0 + 7.3 * flower as f32, 11.0 + (flower * 5 % 7) as f32);
                canvas.circle(x, y + 1.0, 4.5, LEAF.darker(0.1));
                canvas.circle(x, y - 2.0, 3.2, rgb(petals[flower % 2]));
                canvas.circle(x - 0.6, y - 2.6, 1.2, rgb(petals[flower % 2]).lighter(0.5));
            }
        });
    }
    sheet.add("pond", "####/####/####", pond);
    sheet.add("fountain", "####/####/####/####", fountain);
    sheet.add("parasol-table", "^^/##", |canvas| {
        canvas.shadow([10.0, 34.0, 46.0, 24.0], 12.0, 5.0, 0.3);
        canvas.ellipse(32.0, 46.0, 17.0, 11.0, rgb(0xa97a54));
        canvas.ellipse(32.0, 43.0, 17.0, 11.0, rgb(0xe2bd8c));
        canvas.rect(31.0, 18.0, 2.5, 26.0, rgb(0x7c5138));
        parasol(canvas);
    });
}

fn pot(canvas: &mut Canvas, x: f32, y: f32, radius: f32) {
    canvas.shadow([x - radius, y - 1.0, 2.0 * radius + 2.0, radius + 2.0], radius, 4.0, 0.4);
    canvas.round(x - radius * 0.8, y - 3.0, radius * 1.6, radius + 4.0, 3.0, CLAY.darker(0.2));
    canvas.round(x - radius * 0.8, y - 3.0, radius, radius + 4.0, 3.0, CLAY);
    canvas.round(x - radius, y - 5.0, radius * 2.0, 5.0, 2.0, CLAY.lighter(0.18));
}

/// Clumps of leaves, each with a lit side.
fn leaves(canvas: &mut Canvas, clumps: &[(f32, f32, f32)]) {
    for &(x, y, radius) in clumps {
        canvas.circle(x, y + 1.5, radius, LEAF.darker(0.28));
    }
    for &(x, y, radius) in clumps {
        canvas.circle(x, y, radius, LEAF);
        canvas.circle(x - radius * 0.22, y - radius * 0.28, radius * 0.62, LEAF.lighter(0.2));
    }
}

fn tree(canvas: &mut Canvas) {
    block(canvas, [14.0, 72.0, 36.0, 10.0, 11.0], 4.0, rgb(0xcbb294));
    canvas.round(18.0, 74.0, 28.0, 6.0, 3.0, rgb(0x6f4b38));
    canvas.rect(28.5, 50.0, 7.0, 28.0, rgb(0x8a5b3c));
    canvas.rect(28.5, 50.0, 3.0, 28.0, rgb(0xab7a55));
    leaves(
        canvas,
        &[
            (32.0, 44.0, 17.0),
            (17.0, 37.0, 14.0),
            (47.0, 37.0, 14.0),
            (22.0, 21.0, 14.0),
            (42.0, 21.0, 14.0),
            (32.0, 15.0, 13.0),
        ],
    );
    for (x, y) in [(14.0, 33.0), (25.0, 15.0), (39.0, 26.0), (46.0, 40.0), (29.0, 42.0), (36.0, 9.0)] {
        canvas.circle(x, y, 2.0, rgb(0xf7d58a));
    }
}

fn pond(canvas: &mut Canvas) {
    canvas.ellipse(64.0, 49.0, 60.0, 44.0, rgb(0x8aa66e));
    canvas.ellipse(64.0, 47.0, 59.0, 43.0, rgb(0xd9d2c0));
    canvas.ellipse(64.0, 49.0, 52.0, 36.0, rgb(0x4f8fa6));
    canvas.ellipse(64.0, 51.0, 51.0, 34.0, rgb(0x7fc4d0));
    canvas.ellipse(58.0, 46.0, 34.0, 19.0, rgb(0x9bd8dc));
    for (x, y) in [(38.0, 55.0), (84.0, 63.0), (92.0, 43.0)] {
        canvas.ellipse(x, y, 8.0, 5.5, LEAF.darker(0.1));
        canvas.ellipse(x, y - 0.8, 6.5, 4.2, LEAF.lighter(0.14));
    }
    canvas.circle(84.0, 61.0, 3.2, rgb(0xf6c2cf));
    canvas.circle(84.0, 60.5, 1.4, rgb(0xfff3c9));
    for (x, y) in [(55.0, 60.0), (66.0, 41.0)] {
        canvas.ellipse(x, y, 5.0, 2.4, rgb(0xf09150));
        canvas.polygon(&[(x + 4.0, y), (x + 8.0, y - 2.5), (x + 8.0, y + 2.5)], rgb(0xf09150));
    }
}

fn fountain(canvas: &mut Canvas) {
    let stone = rgb(0xd8c9b4);
    canvas.shadow([6.0, 14.0, 118.0, 108.0], 54.0, 6.0, 0.4);
    canvas.ellipse(64.0, 72.0, 59.0, 50.0, stone.darker(0.4));
    canvas.ellipse(64.0, 63.0, 59.0, 50.0, stone);
    canvas.ellipse(64.0, 62.0, 57.0, 48.0, stone.lighter(0.4));
    canvas.ellipse(64.0, 63.0, 49.0, 40.0, stone.darker(0.3));
    canvas.ellipse(64.0, 66.0, 48.0, 37.0, rgb(0x5fb0c4));
    canvas.ellipse(64.0, 67.0, 44.0, 33.0, rgb(0x86cfd8));
    for (x, y) in [(34.0, 56.0), (94.0, 58.0), (42.0, 86.0), (86.0, 87.0)] {
        canvas.ellipse(x, y, 8.0, 2.2, rgb(0xd3f2f1).alpha(0.8));
    }
    canvas.ellipse(64.0, 70.0, 27.0, 17.0, rgb(0xd3f2f1).alpha(0.55));
    canvas.rect(57.0, 46.0, 14.0, 24.0, stone.darker(0.25));
    canvas.rect(57.0, 46.0, 6.0, 24.0, stone.lighter(0.1));
    canvas.ellipse(64.0, 49.0, 23.0, 12.0, stone.darker(0.35));
    canvas.ellipse(64.0, 45.0, 23.0, 12.0, stone.lighter(0.3));
    canvas.ellipse(64.0, 45.0, 19.0, 9.0, rgb(0x86cfd8));
    for (x, y) in [(46.0, 62.0), (82.0, 62.0), (54.0, 68.0), (74.0, 68.0)] {
        canvas.line((x, y - 14.0), (x, y), 2.2, rgb(0xe9fbfa).alpha(0.85));
    }
    canvas.line((64.0, 22.0), (64.0, 43.0), 5.0, rgb(0xd3f2f1).alpha(0.85));
    canvas.ellipse(64.0, 22.0, 7.0, 4.5, rgb(0xf4fffd));
    for (x, y) in [(55.0, 30.0), (73.0, 30.0), (51.0, 38.0), (77.0, 38.0)] {
        canvas.circle(x, y, 2.0, rgb(0xf4fffd));
    }
}

/// A striped sunshade, seen from above.
fn parasol(canvas: &mut Canvas) {
    const RIM: [(f32, f32); 8] =
        [(62.0, 18.0), (53.0, 28.0), (32.0, 32.0), (11.0, 28.0), (2.0, 18.0), (11.0, 8.0), (32.0, 3.0), (53.0, 8.0)];
    for side in 0..RIM.len() {
        let color = if side % 2 == 0 { rgb(0xe2725b) } else { rgb(0xfbf0dc) };
        let shade = if side < 4 { color.darker(0.08) } else { color.lighter(0.12) };
        canvas.polygon(&[(32.0, 14.0), RIM[side], RIM[(side + 1) % RIM.len()]], shade);
    }
    canvas.circle(32.0, 13.5, 2.5, rgb(0x7c5138));
}
