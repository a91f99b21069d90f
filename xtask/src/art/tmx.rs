//! The map file for Tiled: tile layers as CSV, objects as rectangles.

use super::{
    plan::{Area, HEIGHT, Layer, Object, Plan, WIDTH},
    sheet::TILE_PX,
};
use std::fmt::Write;

/// The map as TMX that names its tile set file.
pub(crate) fn write(plan: &Plan<'_>, tile_set: &str) -> String {
    let first_object_layer = Layer::ALL.len() + 1;
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<map version=\"1.10\" tiledversion=\"1.10.2\" \
         orientation=\"orthogonal\" renderorder=\"right-down\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         tilewidth=\"{TILE_PX}\" tileheight=\"{TILE_PX}\" infinite=\"0\" nextlayerid=\"{}\" nextobjectid=\"{}\">\n \
         <tileset firstgid=\"1\" source=\"{tile_set}\"/>\n",
        first_object_layer + 3,
        plan.objects.len() + 1,
    );
    for (id, (layer, name)) in (1..).zip(Layer::ALL) {
        let _ = writeln!(out, " <layer id=\"{id}\" name=\"{name}\" width=\"{WIDTH}\" height=\"{HEIGHT}\">");
        if layer == Layer::Above {
            out.push_str(
                "  <properties>\n   <property name=\"above_people\" type=\"bool\" value=\"true\"/>\n  </properties>\n",
            );
        }
        let rows: Vec<String> = plan.tiles(layer).chunks_exact(WIDTH as usize).map(csv_row).collect();
        let _ = writeln!(out, "  <data encoding=\"csv\">\n{}\n</data>\n </layer>", rows.join(",\n"));
    }
    for (id, (name, classes)) in
        (first_object_layer..).zip([("rooms", &["room"][..]), ("plots", &["plot", "door"]), ("spawn", &["spawn"])])
    {
        let _ = writeln!(out, " <objectgroup id=\"{id}\" name=\"{name}\">");
        for (number, object) in (1..).zip(&plan.objects) {
            if classes.contains(&object.class) {
                write_object(&mut out, number, object);
            }
        }
        out.push_str(" </objectgroup>\n");
    }
    out.push_str("</map>\n");
    out
}

fn csv_row(tiles: &[u32]) -> String {
    tiles.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

fn write_object(out: &mut String, id: u32, Object { class, name, area }: &Object) {
    let [x, y, width, height]: Area = area.map(|tiles| tiles * TILE_PX);
    let place = format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"");
    let _ = writeln!(out, "  <object id=\"{id}\" name=\"{name}\" type=\"{class}\" {place}/>");
}
