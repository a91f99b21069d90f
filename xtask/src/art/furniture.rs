//! Seats, tables, shelves and the other furniture of rooms.

use super::{
    raster::{Canvas, Color, rgb},
    sheet::Sheet,
};

const WOOD: Color = rgb(0xb9835a);
const PALE_WOOD: Color = rgb(0xdcb283);

/// Adds all furniture.
pub(crate) fn add_all(sheet: &mut Sheet) {
    add_seats(sheet);
    add_tables(sheet);
    add_shelves(sheet);
    add_kitchen(sheet);
    add_workshop(sheet);
    add_studio(sheet);
    add_stage(sheet);
    sheet.add("fireplace", "###/###", fireplace);
    sheet.add("reception", "####/####", reception);
}

/// A thing with a flat top and a front below it: `top` and `front` are how many units of each show.
pub(crate) fn block(canvas: &mut Canvas, [x, y, width, top, front]: [f32; 5], radius: f32, color: Color) {
    canvas.shadow([x + 1.0, y + 4.0, width + 1.0, top + front - 2.0], radius, 4.0, 0.34);
    canvas.round(x, y + radius, width, top + front - radius, radius, color.darker(0.34));
    canvas.round(x, y, width, top, radius, color);
    canvas.round(x + 1.0, y + 1.0, width - 2.0, (top - 2.0).max(1.0), radius, color.lighter(0.16));
    canvas.round(x + 1.5, y + 2.5, width - 3.0, (top - 4.0).max(1.0), radius, color.lighter(0.06));
}

fn cushion(canvas: &mut Canvas, [x, y, width, height]: [f32; 4], color: Color) {
    canvas.round(x, y, width, height, 4.0, color.darker(0.2));
    canvas.round(x, y, width, height - 2.0, 4.0, color.lighter(0.08));
    canvas.round(x + 2.0, y + 1.5, width - 4.0, (height - 6.0).max(1.0), 3.0, color.lighter(0.2));
}

fn add_seats(sheet: &mut Sheet) {
    for (name, color) in [("coral", rgb(0xcf6f58)), ("teal", rgb(0x4f8d8c))] {
        // Looking south: the back is behind the seat.
        sheet.add(&format!("sofa-south-{name}"), "###", |canvas| {
            block(canvas, [3.0, 4.0, 90.0, 18.0, 8.0], 6.0, color.darker(0.12));
            canvas.round(4.0, 2.0, 88.0, 11.0, 5.0, color.lighter(0.06));
            for seat in 0..3 {
                cushion(canvas, [11.0 + 25.0 * seat as f32, 10.0, 24.0, 15.0], color.lighter(0.05));
            }
            canvas.round(3.0, 7.0, 9.0, 20.0, 4.0, color);
            canvas.round(84.0, 7.0, 9.0, 20.0, 4.0, color);
            cushion(canvas, [14.0, 7.0, 12.0, 11.0], rgb(0xf1cf86));
        });
        sheet.add(&format!("sofa-north-{name}"), "###", |canvas| {
            block(canvas, [3.0, 3.0, 90.0, 20.0, 7.0], 6.0, color.darker(0.12));
            for seat in 0..3 {
                cushion(canvas, [11.0 + 25.0 * seat as f32, 3.0, 24.0, 15.0], color.lighter(0.05));
            }
            canvas.round(3.0, 4.0, 9.0, 20.0, 4.0, color);
            canvas.round(84.0, 4.0, 9.0, 20.0, 4.0, color);
            canvas.round(3.0, 15.0, 90.0, 15.0, 5.0, color.darker(0.3));
            canvas.round(3.0, 14.0, 90.0, 8.0, 4.0, color.lighter(0.1));
        });
        sheet.add_pair([&format!("sofa-east-{name}"), &format!("sofa-west-{name}")], "#/#/#", |canvas| {
            block(canvas, [3.0, 4.0, 26.0, 80.0, 8.0], 6.0, color.darker(0.12));
            for seat in 0..3 {
                cushion(canvas, [10.0, 12.0 + 22.0 * seat as f32, 19.0, 22.0], color.lighter(0.05));
            }
            canvas.round(3.0, 4.0, 26.0, 9.0, 4.0, color.lighter(0.04));
            canvas.round(3.0, 76.0, 26.0, 9.0, 4.0, color.lighter(0.04));
            canvas.round(2.0, 4.0, 9.0, 82.0, 4.0, color.lighter(0.1));
        });
        sheet.add(&format!("armchair-south-{name}"), ".", |canvas| {
            block(canvas, [3.0, 5.0, 26.0, 16.0, 7.0], 5.0, color.darker(0.12));
            canvas.round(4.0, 3.0, 24.0, 11.0, 5.0, color.lighter(0.06));
            cushion(canvas, [8.0, 11.0, 16.0, 13.0], color.lighter(0.08));
            canvas.round(3.0, 8.0, 6.0, 18.0, 3.0, color);
            canvas.round(23.0, 8.0, 6.0, 18.0, 3.0, color);
        });
        sheet.add_pair([&format!("armchair-east-{name}"), &format!("armchair-west-{name}")], ".", |canvas| {
            block(canvas, [4.0, 4.0, 24.0, 18.0, 7.0], 5.0, color.darker(0.12));
            cushion(canvas, [10.0, 8.0, 17.0, 14.0], color.lighter(0.08));
            canvas.round(4.0, 3.0, 23.0, 6.0, 3.0, color);
            canvas.round(4.0, 20.0, 23.0, 6.0, 3.0, color);
            canvas.round(3.0, 4.0, 8.0, 22.0, 4.0, color.lighter(0.1));
        });
    }
    let seat = rgb(0xe2a56c);
    sheet.add("chair-south", ".", |canvas| {
        block(canvas, [7.0, 10.0, 18.0, 12.0, 5.0], 3.0, seat);
        canvas.round(7.0, 6.0, 18.0, 6.0, 3.0, seat.darker(0.35));
        canvas.round(7.0, 5.0, 18.0, 4.0, 2.0, seat.lighter(0.15));
    });
    sheet.add("chair-north", ".", |canvas| {
        block(canvas, [7.0, 6.0, 18.0, 12.0, 5.0], 3.0, seat);
        canvas.round(7.0, 17.0, 18.0, 9.0, 3.0, seat.darker(0.4));
        canvas.round(7.0, 16.0, 18.0, 4.0, 2.0, seat.lighter(0.15));
    });
    sheet.add_pair(["chair-east", "chair-west"], ".", |canvas| {
        block(canvas, [8.0, 8.0, 17.0, 14.0, 5.0], 3.0, seat);
        canvas.round(6.0, 7.0, 5.0, 18.0, 2.0, seat.darker(0.35));
        canvas.round(6.0, 6.0, 5.0, 15.0, 2.0, seat.lighter(0.15));
    });
    sheet.add("stool", ".", |canvas| {
        canvas.shadow([8.0, 11.0, 16.0, 14.0], 7.0, 4.0, 0.35);
        canvas.ellipse(16.0, 18.0, 8.5, 7.5, WOOD.darker(0.4));
        canvas.ellipse(16.0, 15.0, 8.5, 7.5, rgb(0xd36f58));
        canvas.ellipse(16.0, 14.0, 6.5, 5.0, rgb(0xe48b70));
    });
    for (name, color) in [("lemon", rgb(0xedc25c)), ("plum", rgb(0x8f6f9f)), ("mint", rgb(0x84b79c))] {
        sheet.add(&format!("beanbag-{name}"), ".", |canvas| {
            canvas.shadow([4.0, 8.0, 25.0, 20.0], 10.0, 4.0, 0.35);
            canvas.ellipse(16.0, 18.0, 13.0, 10.5, color.darker(0.22));
            canvas.ellipse(16.0, 16.0, 12.5, 10.0, color);
            canvas.ellipse(15.0, 12.5, 8.0, 5.0, color.lighter(0.28));
        });
    }
    sheet.add("bench", "##", |canvas| {
        block(canvas, [4.0, 9.0, 56.0, 11.0, 6.0], 2.0, WOOD);
        canvas.rect(5.0, 12.5, 54.0, 1.2, WOOD.darker(0.3));
        canvas.rect(5.0, 16.0, 54.0, 1.2, WOOD.darker(0.3));
    });
    sheet.add("bench-upright", "#/#", |canvas| {
        block(canvas, [9.0, 4.0, 13.0, 50.0, 6.0], 2.0, WOOD);
        canvas.rect(13.0, 5.0, 1.2, 48.0, WOOD.darker(0.3));
        canvas.rect(17.0, 5.0, 1.2, 48.0, WOOD.darker(0.3));
    });
}

fn cup(canvas: &mut Canvas, x: f32, y: f32) {
    canvas.circle(x, y + 1.0, 3.2, rgb(0x2a1a30).alpha(0.25));
    canvas.circle(x, y, 3.0, rgb(0xfffaf0));
    canvas.circle(x, y, 1.8, rgb(0x8a5a3c));
}

fn laptop(canvas: &mut Canvas, x: f32, y: f32) {
    canvas.round(x, y, 15.0, 9.0, 1.5, rgb(0x3c3644));
    canvas.fade([x + 1.2, y + 1.2, 12.6, 6.6], 0.5, rgb(0x77b7c9), rgb(0xa9d9d4));
    canvas.round(x - 1.0, y + 9.0, 17.0, 5.0, 1.5, rgb(0xc9c7cc));
    canvas.rect(x + 1.0, y + 10.5, 13.0, 1.5, rgb(0x8a8791));
}

fn book(canvas: &mut Canvas, x: f32, y: f32, color: Color) {
    canvas.round(x + 0.6, y + 1.0, 9.0, 7.0, 1.0, rgb(0x2a1a30).alpha(0.25));
    canvas.round(x, y, 9.0, 7.0, 1.0, color);
    canvas.rect(x + 1.5, y + 1.5, 6.0, 1.0, color.lighter(0.5));
}

fn add_tables(sheet: &mut Sheet) {
    sheet.add("table", "###/###", |canvas| {
        block(canvas, [5.0, 5.0, 86.0, 43.0, 9.0], 5.0, PALE_WOOD);
        canvas.rect(9.0, 18.0, 78.0, 1.0, PALE_WOOD.darker(0.08));
        canvas.rect(9.0, 33.0, 78.0, 1.0, PALE_WOOD.darker(0.08));
        laptop(canvas, 18.0, 12.0);
        cup(canvas, 48.0, 17.0);
        book(canvas, 62.0, 29.0, rgb(0x4f8d8c));
        cup(canvas, 30.0, 38.0);
    });
    sheet.add("reading-table", "###/###", |canvas| {
        block(canvas, [5.0, 5.0, 86.0, 43.0, 9.0], 5.0, WOOD);
        for (x, y, color) in
            [(16.0, 14.0, 0xcf6f58), (28.0, 31.0, 0x5d7fa3), (64.0, 14.0, 0xe0b450), (70.0, 32.0, 0x6b9a72)]
        {
            book(canvas, x, y, rgb(color));
        }
        canvas.glow(48.0, 24.0, 26.0, rgb(0xfff0b0).alpha(0.7));
        canvas.circle(48.0, 25.0, 5.0, rgb(0x3f7d63));
        canvas.circle(48.0, 23.5, 4.5, rgb(0x63a283));
    });
    sheet.add("round-table", "##/##", |canvas| {
        canvas.shadow([6.0, 11.0, 54.0, 46.0], 24.0, 5.0, 0.34);
        canvas.ellipse(32.0, 34.0, 26.0, 22.0, PALE_WOOD.darker(0.36));
        canvas.ellipse(32.0, 28.0, 26.0, 22.0, PALE_WOOD);
        canvas.ellipse(32.0, 27.5, 24.0, 20.0, PALE_WOOD.lighter(0.14));
        canvas.circle(32.0, 27.0, 5.0, rgb(0xf7f2e6));
        canvas.circle(32.0, 26.0, 3.6, rgb(0x6da06f));
        canvas.circle(30.5, 24.5, 1.6, rgb(0xe7808a));
        canvas.circle(34.0, 25.5, 1.6, rgb(0xf2c65a));
        cup(canvas, 17.0, 27.0);
        cup(canvas, 44.0, 36.0);
    });
    sheet.add("coffee-table", "##", |canvas| {
        block(canvas, [7.0, 5.0, 50.0, 16.0, 6.0], 5.0, WOOD);
        book(canvas, 15.0, 9.0, rgb(0xe0b450));
        cup(canvas, 36.0, 12.0);
        cup(canvas, 46.0, 14.0);
    });
    sheet.add("desk", "##", |canvas| {
        block(canvas, [3.0, 4.0, 58.0, 17.0, 8.0], 2.0, PALE_WOOD);
        laptop(canvas, 24.0, 3.0);
        cup(canvas, 12.0, 12.0);
        book(canvas, 47.0, 10.0, rgb(0xcf6f58));
    });
}

fn add_shelves(sheet: &mut Sheet) {
    const SPINES: [u32; 8] = [0xb8504a, 0x4f7296, 0xe0b450, 0x67886a, 0xefe3cc, 0x8f6f9f, 0xd98e6a, 0x3f6f6f];
    let books = |canvas: &mut Canvas, y: f32, width: f32, salt: usize| {
        let mut x = 5.0;
        let mut index = salt;
        while x < width - 9.0 {
            let thick = 3.0 + (index * 7 % 3) as f32;
            let tall = 9.0 + (index * 5 % 4) as f32;
            let color = rgb(SPINES[(index * 5 + salt) % SPINES.len()]);
            canvas.rect(x, y + 13.0 - tall, thick, tall, color);
            canvas.rect(x, y + 13.0 - tall, 1.0, tall, color.lighter(0.3));
            canvas.rect(x, y + 16.0 - tall, thick, 1.0, color.lighter(0.45));
            x += thick + if index % 6 == 5 { 4.0 } else { 0.5 };
            index += 1;
        }
    };
    for (name, salt) in [("bookshelf", 1), ("bookshelf-2", 4)] {
        sheet.add(name, "##/##", |canvas| {
            canvas.shadow([3.0, 10.0, 60.0, 48.0], 2.0, 5.0, 0.4);
            canvas.rect(1.0, 4.0, 62.0, 52.0, rgb(0x74492f));
            canvas.rect(1.0, 1.0, 62.0, 6.0, rgb(0xb57c50));
            canvas.rect(1.0, 1.0, 62.0, 1.5, rgb(0xd5a072));
            for shelf in 0..3 {
                let y = 8.0 + 15.5 * shelf as f32;
                canvas.rect(4.0, y, 56.0, 14.0, rgb(0x4b2d22));
                books(canvas, y, 64.0, salt + shelf * 3);
                canvas.rect(3.0, y + 13.0, 58.0, 2.5, rgb(0xa76f47));
            }
            canvas.rect(1.0, 54.0, 62.0, 3.0, rgb(0x5a3825));
        });
    }
    sheet.add("low-shelf", "###", |canvas| {
        block(canvas, [2.0, 3.0, 92.0, 9.0, 18.0], 1.5, WOOD);
        canvas.rect(5.0, 13.5, 86.0, 13.5, rgb(0x4b2d22));
        books(canvas, 14.0, 96.0, 2);
        canvas.circle(80.0, 6.5, 3.5, rgb(0x5d7fa3));
    });
    sheet.add("lamp", "^/#", |canvas| {
        canvas.shadow([10.0, 50.0, 13.0, 8.0], 4.0, 4.0, 0.4);
        canvas.ellipse(16.0, 55.0, 6.0, 3.5, rgb(0x4a3b4f));
        canvas.rect(15.0, 26.0, 2.0, 29.0, rgb(0x5d4c62));
        canvas.glow(16.0, 22.0, 16.0, rgb(0xffe49a).alpha(0.75));
        canvas.polygon(&[(10.0, 13.0), (22.0, 13.0), (26.0, 28.0), (6.0, 28.0)], rgb(0xf6d98f));
        canvas.polygon(&[(10.0, 13.0), (14.0, 13.0), (11.0, 28.0), (6.0, 28.0)], rgb(0xfdeebd));
    });
}

fn add_kitchen(sheet: &mut Sheet) {
    let front = rgb(0x7fa59a);
    let counter = move |canvas: &mut Canvas, columns: f32| {
        let width = 32.0 * columns;
        canvas.shadow([1.0, 8.0, width - 1.0, 23.0], 1.0, 4.0, 0.35);
        canvas.rect(0.0, 0.0, width, 30.0, front.darker(0.25));
        canvas.rect(0.0, 18.0, width, 11.0, front);
        canvas.rect(0.0, 0.0, width, 17.0, rgb(0xf7f0e2));
        canvas.rect(0.0, 0.0, width, 1.5, rgb(0xffffff));
        canvas.rect(0.0, 15.5, width, 2.0, rgb(0xcdbfa9));
        for door in 0..columns as u32 {
            let x = 32.0 * door as f32;
            canvas.round(x + 2.0, 19.0, 28.0, 9.0, 1.0, front.lighter(0.16));
            canvas.rect(x + 13.0, 20.5, 6.0, 1.5, rgb(0xf1cf86));
        }
    };
    sheet.add("counter", "#", |canvas| {
        counter(canvas, 1.0);
        canvas.circle(10.0, 8.0, 4.5, rgb(0xb98252));
        canvas.circle(8.5, 7.0, 1.8, rgb(0xe58b4d));
        canvas.circle(11.5, 8.5, 1.8, rgb(0xc0574e));
        canvas.round(19.0, 5.0, 8.0, 7.0, 1.0, rgb(0xc79f70));
    });
    sheet.add("sink", "##", |canvas| {
        counter(canvas, 2.0);
        canvas.round(16.0, 3.0, 32.0, 11.0, 3.0, rgb(0xa8b3b8));
        canvas.round(18.0, 4.5, 28.0, 8.5, 2.5, rgb(0x8796a0));
        canvas.line((32.0, 0.5), (32.0, 8.0), 2.4, rgb(0xe6ecee));
    });
    sheet.add("stove", "##", |canvas| {
        counter(canvas, 2.0);
        canvas.round(4.0, 1.0, 56.0, 15.0, 1.5, rgb(0x3c3644));
        for (x, y) in [(17.0, 8.5), (34.0, 8.5), (49.0, 8.5)] {
            canvas.ellipse(x, y, 6.0, 5.0, rgb(0x625a6b));
            canvas.ellipse(x, y, 4.0, 3.3, rgb(0x3c3644));
        }
        canvas.ellipse(17.0, 7.5, 5.5, 4.5, rgb(0xc0574e));
        canvas.ellipse(17.0, 7.0, 4.0, 3.0, rgb(0xf1c98c));
        canvas.round(8.0, 20.0, 48.0, 8.0, 1.0, rgb(0x3c3644));
        canvas.rect(12.0, 21.0, 40.0, 1.5, rgb(0xe6ecee));
    });
    sheet.add("coffee-machine", "#", |canvas| {
        counter(canvas, 1.0);
        block(canvas, [6.0, 1.0, 20.0, 6.0, 9.0], 2.0, rgb(0xb14e4a));
        canvas.rect(11.0, 9.0, 10.0, 6.0, rgb(0x3c2630));
        canvas.rect(14.0, 11.0, 4.0, 4.0, rgb(0xfffaf0));
    });
    sheet.add("fridge", "#/#", |canvas| {
        canvas.shadow([3.0, 12.0, 28.0, 48.0], 2.0, 5.0, 0.4);
        canvas.round(2.0, 2.0, 28.0, 56.0, 2.0, rgb(0xa9c3c4));
        canvas.round(2.0, 1.0, 28.0, 8.0, 2.0, rgb(0xf2f8f5));
        canvas.round(3.0, 10.0, 26.0, 16.0, 1.5, rgb(0xd5e6e3));
        canvas.round(3.0, 28.0, 26.0, 28.0, 1.5, rgb(0xd5e6e3));
        canvas.rect(24.0, 14.0, 2.0, 9.0, rgb(0x7a8f94));
        canvas.rect(24.0, 31.0, 2.0, 14.0, rgb(0x7a8f94));
        canvas.round(8.0, 33.0, 8.0, 7.0, 0.5, rgb(0xf2c65a));
    });
    sheet.add("island", "####/####", |canvas| {
        block(canvas, [4.0, 6.0, 120.0, 36.0, 15.0], 3.0, rgb(0xe6c497));
        for panel in 0..4 {
            canvas.round(8.0 + 29.0 * panel as f32, 45.0, 25.0, 9.0, 1.0, rgb(0x8d6a4f));
        }
        canvas.round(16.0, 14.0, 26.0, 17.0, 3.0, rgb(0xb98252));
        for (x, y, color) in [(22.0, 20.0, 0xc94f45), (29.0, 24.0, 0xe2a13c), (35.0, 19.0, 0x7ba354)] {
            canvas.circle(x, y, 4.0, rgb(color));
            canvas.circle(x - 1.0, y - 1.3, 1.3, rgb(color).lighter(0.5));
        }
        canvas.ellipse(66.0, 24.0, 12.0, 9.0, rgb(0xfffaf0));
        canvas.ellipse(66.0, 24.0, 8.5, 6.0, rgb(0xe8dcc8));
        canvas.ellipse(66.0, 23.0, 6.0, 4.0, rgb(0x9dbb6c));
        cup(canvas, 92.0, 18.0);
        cup(canvas, 104.0, 28.0);
    });
}

fn add_workshop(sheet: &mut Sheet) {
    sheet.add("workbench", "###/###", |canvas| {
        block(canvas, [3.0, 4.0, 90.0, 38.0, 15.0], 2.0, rgb(0xc2905f));
        for x in [8.0, 74.0] {
            canvas.rect(x, 43.0, 14.0, 12.0, rgb(0x6f4b33));
        }
        canvas.round(12.0, 12.0, 24.0, 16.0, 1.0, rgb(0x5d7fa3));
        for line in 0..3 {
            canvas.rect(15.0, 15.0 + 4.0 * line as f32, 18.0 - 4.0 * line as f32, 1.0, rgb(0xd7e4ee));
        }
        canvas.line((46.0, 30.0), (60.0, 16.0), 3.0, rgb(0x8a5b39));
        canvas.round(56.0, 10.0, 11.0, 8.0, 2.0, rgb(0x7c8088));
        canvas.circle(78.0, 22.0, 7.0, rgb(0x7c8088));
        canvas.circle(78.0, 21.0, 5.0, rgb(0xa4a8af));
        canvas.circle(78.0, 21.0, 2.0, rgb(0x55585f));
    });
    sheet.add("printer", "##/##", |canvas| {
        block(canvas, [6.0, 14.0, 52.0, 30.0, 12.0], 3.0, rgb(0x6c6f7c));
        canvas.rect(10.0, 4.0, 4.0, 34.0, rgb(0x4a4c57));
        canvas.rect(50.0, 4.0, 4.0, 34.0, rgb(0x4a4c57));
        canvas.rect(9.0, 3.0, 46.0, 4.0, rgb(0x8d909c));
        canvas.rect(9.0, 16.0, 46.0, 3.0, rgb(0xe0a63f));
        canvas.polygon(&[(29.0, 19.0), (35.0, 19.0), (32.0, 26.0)], rgb(0x3c3644));
        canvas.ellipse(32.0, 33.0, 10.0, 6.0, rgb(0xe8794e));
        canvas.ellipse(32.0, 30.0, 8.0, 5.0, rgb(0xf29a6c));
    });
    sheet.add("crate", "#", |canvas| {
        block(canvas, [4.0, 4.0, 24.0, 13.0, 11.0], 1.0, rgb(0xcd9c63));
        canvas.rect(5.0, 21.0, 22.0, 1.5, rgb(0x6f4b33));
        canvas.line((6.0, 6.0), (26.0, 15.0), 1.5, rgb(0x9d7042));
        canvas.line((26.0, 6.0), (6.0, 15.0), 1.5, rgb(0x9d7042));
    });
    sheet.add("barrel", "#", |canvas| {
        canvas.shadow([6.0, 10.0, 21.0, 19.0], 8.0, 4.0, 0.4);
        canvas.round(6.0, 8.0, 20.0, 20.0, 6.0, rgb(0x8a5b3c));
        canvas.rect(6.0, 20.0, 20.0, 2.5, rgb(0x6b6b73));
        canvas.ellipse(16.0, 10.0, 10.0, 6.5, rgb(0x6b6b73));
        canvas.ellipse(16.0, 9.5, 8.5, 5.2, rgb(0xb98252));
    });
}

fn add_studio(sheet: &mut Sheet) {
    sheet.add("easel", "^/#", |canvas| {
        canvas.shadow([5.0, 46.0, 22.0, 10.0], 4.0, 4.0, 0.35);
        canvas.line((8.0, 55.0), (15.0, 12.0), 2.5, rgb(0x8a5b3c));
        canvas.line((24.0, 55.0), (17.0, 12.0), 2.5, rgb(0x8a5b3c));
        canvas.rect(3.0, 18.0, 26.0, 26.0, rgb(0xcabfae));
        canvas.rect(3.0, 17.0, 25.0, 25.0, rgb(0xfffaf0));
        canvas.fade([5.0, 19.0, 21.0, 21.0], 0.0, rgb(0xf5c98f), rgb(0xe9846b));
        canvas.circle(19.0, 26.0, 4.0, rgb(0xfff1c4));
        canvas.polygon(&[(5.0, 40.0), (12.0, 30.0), (17.0, 36.0), (21.0, 32.0), (26.0, 40.0)], rgb(0x5a6f93));
        canvas.rect(3.0, 43.0, 26.0, 3.0, rgb(0x9d7042));
    });
    sheet.add("mixing-desk", "###/###", |canvas| {
        block(canvas, [4.0, 10.0, 88.0, 32.0, 12.0], 4.0, rgb(0x57506a));
        canvas.round(9.0, 15.0, 78.0, 22.0, 2.0, rgb(0x3a3448));
        for fader in 0..12 {
            let x = 13.0 + 6.0 * fader as f32;
            canvas.rect(x, 18.0, 1.5, 16.0, rgb(0x6f6785));
            let y = 20.0 + (fader * 5 % 11) as f32;
            canvas.round(x - 1.5, y, 4.5, 3.5, 1.0, if fader % 4 == 3 { rgb(0xe8794e) } else { rgb(0xf1e8d6) });
        }
        for x in [14.0, 56.0] {
            canvas.round(x, 1.0, 26.0, 14.0, 2.0, rgb(0x2c2735));
            canvas.fade([x + 2.0, 2.5, 22.0, 9.5], 1.0, rgb(0x68a9b8), rgb(0x9fd4c4));
        }
    });
    sheet.add("camera", "#", |canvas| {
        canvas.shadow([8.0, 20.0, 16.0, 8.0], 4.0, 4.0, 0.35);
        canvas.line((16.0, 16.0), (8.0, 28.0), 2.0, rgb(0x4a3b4f));
        canvas.line((16.0, 16.0), (24.0, 28.0), 2.0, rgb(0x4a3b4f));
        canvas.line((16.0, 14.0), (16.0, 29.0), 2.0, rgb(0x4a3b4f));
        canvas.round(7.0, 4.0, 18.0, 13.0, 2.5, rgb(0x3c3644));
        canvas.circle(16.0, 11.0, 4.6, rgb(0x6a6478));
        canvas.circle(16.0, 11.0, 3.0, rgb(0x8fc7d6));
        canvas.circle(22.5, 6.5, 1.2, rgb(0xe0564e));
    });
}

fn add_stage(sheet: &mut Sheet) {
    sheet.add("microphone", ".", |canvas| {
        canvas.ellipse(16.0, 27.0, 6.0, 3.0, rgb(0x2c2735));
        canvas.rect(15.0, 9.0, 2.0, 18.0, rgb(0x6a6478));
        canvas.circle(16.0, 7.0, 3.6, rgb(0x2c2735));
        canvas.circle(15.2, 6.2, 1.5, rgb(0xa7a2b4));
    });
    sheet.add("speaker", "#/#", |canvas| {
        block(canvas, [4.0, 8.0, 24.0, 9.0, 38.0], 2.0, rgb(0x5a5266));
        canvas.circle(16.0, 26.0, 5.5, rgb(0x241f2c));
        canvas.circle(16.0, 26.0, 3.0, rgb(0x6a6478));
        canvas.circle(16.0, 41.0, 9.0, rgb(0x241f2c));
        canvas.circle(16.0, 41.0, 6.0, rgb(0x6a6478));
        canvas.circle(16.0, 41.0, 2.5, rgb(0x241f2c));
    });
    sheet.add("piano", "###/###", |canvas| {
        canvas.shadow([6.0, 10.0, 86.0, 48.0], 12.0, 5.0, 0.4);
        canvas.round(5.0, 10.0, 86.0, 46.0, 14.0, rgb(0x1f1a26));
        canvas.round(5.0, 4.0, 86.0, 40.0, 14.0, rgb(0x3a3340));
        canvas.round(8.0, 6.0, 80.0, 28.0, 12.0, rgb(0x4d4555));
        canvas.line((18.0, 14.0), (60.0, 9.0), 2.0, rgb(0x857c90));
        canvas.rect(14.0, 42.0, 68.0, 9.0, rgb(0xfffaf0));
        for key in 0..17 {
            let x = 14.0 + 4.0 * key as f32;
            canvas.rect(x, 42.0, 0.8, 9.0, rgb(0xb9b0a6));
            if key % 7 != 2 && key % 7 != 6 {
                canvas.rect(x + 2.8, 42.0, 2.2, 5.5, rgb(0x241f2c));
            }
        }
    });
    sheet.add("footlights", "#", |canvas| {
        canvas.rect(0.0, 0.0, 32.0, 32.0, rgb(0xc58a55).darker(0.5));
        for plank in 0..4 {
            canvas.fade([8.0 * plank as f32, 8.0, 7.2, 19.0], 0.0, rgb(0x9c6440), rgb(0x74462f));
        }
        canvas.rect(0.0, 0.0, 32.0, 8.0, rgb(0xdca46c));
        canvas.rect(0.0, 7.0, 32.0, 2.0, rgb(0xf0c891));
        canvas.glow(16.0, 8.0, 13.0, rgb(0xffeeb0).alpha(0.8));
        canvas.round(12.0, 5.0, 8.0, 6.0, 2.0, rgb(0xfff6d0));
        canvas.fade([0.0, 27.0, 32.0, 5.0], 0.0, rgb(0x2a1a30).alpha(0.5), rgb(0x2a1a30).alpha(0.2));
    });
}

fn fireplace(canvas: &mut Canvas) {
    canvas.shadow([3.0, 14.0, 92.0, 44.0], 2.0, 5.0, 0.4);
    canvas.rect(2.0, 8.0, 92.0, 48.0, rgb(0x9f6a5c));
    for row in 0..5 {
        for brick in 0..7 {
            let x = 2.0 + 14.0 * brick as f32 - if row % 2 == 0 { 0.0 } else { 7.0 };
            let (left, right) = (x.max(2.0), (x + 13.0).min(94.0));
            canvas.rect(
                left,
                10.0 + 9.2 * row as f32,
                right - left,
                8.2,
                rgb(0xb97f6c).lighter(0.03 * (brick % 3) as f32),
            );
        }
    }
    canvas.round(24.0, 20.0, 48.0, 44.0, 14.0, rgb(0x5a3a3c));
    canvas.round(28.0, 24.0, 40.0, 44.0, 11.0, rgb(0x2c1d24));
    canvas.rect(0.0, 56.0, 96.0, 8.0, rgb(0x000000).alpha(0.0));
    canvas.glow(48.0, 46.0, 30.0, rgb(0xffb347).alpha(0.9));
    canvas.polygon(
        &[(36.0, 54.0), (40.0, 40.0), (44.0, 46.0), (48.0, 32.0), (53.0, 45.0), (57.0, 39.0), (60.0, 54.0)],
        rgb(0xf08a3c),
    );
    canvas.polygon(&[(41.0, 54.0), (44.0, 46.0), (48.0, 40.0), (52.0, 47.0), (55.0, 54.0)], rgb(0xffd66b));
    canvas.line((36.0, 55.0), (60.0, 53.0), 4.0, rgb(0x6f4530));
    canvas.line((36.0, 53.0), (60.0, 55.0), 3.0, rgb(0x8a5a3c));
    canvas.rect(0.0, 56.0, 96.0, 5.0, rgb(0xcbb8a8));
    canvas.rect(0.0, 3.0, 96.0, 8.0, rgb(0x7c5138));
    canvas.rect(0.0, 2.0, 96.0, 5.0, rgb(0xb57c50));
    canvas.rect(0.0, 2.0, 96.0, 1.5, rgb(0xd5a072));
    canvas.circle(14.0, 2.0, 2.0, rgb(0xf2c65a));
}

fn reception(canvas: &mut Canvas) {
    block(canvas, [4.0, 14.0, 120.0, 24.0, 18.0], 10.0, rgb(0xd9a56c));
    for panel in 0..7 {
        canvas.rect(12.0 + 15.5 * panel as f32, 41.0, 11.0, 11.0, rgb(0x8a5f42));
    }
    canvas.rect(10.0, 37.0, 108.0, 2.0, rgb(0xf3d9a8));
    laptop(canvas, 30.0, 15.0);
    cup(canvas, 58.0, 25.0);
    canvas.circle(78.0, 24.0, 4.5, rgb(0xb8862c));
    canvas.circle(78.0, 23.0, 3.8, rgb(0xf3cf6b));
    canvas.circle(78.0, 22.0, 1.2, rgb(0xfff6dc));
    canvas.circle(104.0, 24.0, 6.0, rgb(0xf7f2e6));
    for (x, y, color) in
        [(101.0, 19.0, 0xe7808a), (106.0, 17.0, 0xf2c65a), (108.0, 22.0, 0xe7808a), (103.0, 23.0, 0x6da06f)]
    {
        canvas.circle(x, y, 3.4, rgb(color));
    }
}
