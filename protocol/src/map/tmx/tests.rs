use super::*;
use crate::map::Place;

/// Reads the built-in map with its text changed.
fn read_changed(change: &dyn Fn(&str, String) -> String) -> Result<(WorldMap, Vec<u8>), MapError> {
    read_with(Path::new("hallway.tmx"), &|path| {
        let bytes = built_in_file(path)?;
        let name = path.to_string_lossy().into_owned();
        match String::from_utf8(bytes.clone()) {
            Ok(text) => Ok(change(&name, text).into_bytes()),
            Err(_) => Ok(bytes),
        }
    })
}

fn replaced(from: &'static str, to: &'static str) -> Result<(WorldMap, Vec<u8>), MapError> {
    read_changed(&|_, text| text.replace(from, to))
}

#[test]
fn the_built_in_map_has_its_rooms_plots_and_doors() {
    let (map, image) = built_in();
    assert_eq!((map.width, map.height), (64, 44));
    assert_eq!((map.rooms.len(), map.plots.len()), (8, 6));
    assert!(png_size(&image).is_some());
    assert!([map.shut_door.top, map.shut_door.left, map.shut_door.right].iter().all(|&tile| tile > 0));
    assert!(map.layers.iter().any(|layer| layer.above_people));
    for (number, plot) in map.plots.iter().enumerate() {
        assert_eq!(map.place_at(plot.inside.center()), Some(Place::Plot(number)));
        assert_eq!(map.place_at(plot.doorstep), None);
    }
}

#[test]
fn each_way_to_break_a_map_has_its_sentence() {
    let cases = [
        ("orthogonal", "isometric", "the map is not orthogonal: choose that orientation in the map's properties"),
        ("infinite=\"0\"", "infinite=\"1\"", "infinite"),
        ("name=\"walls\"", "name=\"wall\"", "the map has no tile layer named \"walls\""),
        ("name=\"rooms\"", "name=\"room\"", "the map has no object layer named \"rooms\""),
        ("name=\"spawn\">", "name=\"start\">", "the map has no object layer named \"spawn\""),
        ("type=\"spawn\"", "type=\"room\"", "doesn't belong there"),
        ("type=\"door\"", "type=\"plot\"", "plot \"Plot 1\" has no door"),
        ("\"Library\"", "\"kitchen\"", "two rooms are called"),
        ("\"Library\"", "\"\"", "the room name \"\" can't be used"),
        ("exclusive", "open", "unknown floor"),
        ("x=\"832\" y=\"864\"", "x=\"840\" y=\"864\"", "unrotated rectangle of whole tiles"),
        ("x=\"832\" y=\"864\"", "x=\"1900\" y=\"864\"", "unrotated rectangle of whole tiles"),
        ("x=\"832\" y=\"864\"", "x=\"32\" y=\"0\"", "the spawn covers the solid tile at 1, 0"),
        ("type=\"shut-door", "type=\"other", "no tile of its tile set has the class shut-door"),
        ("hallway.png", "other.png", "the tile image other.png can't be used"),
        ("hallway.tsx", "other.tsx", "the map hallway.tmx can't be read"),
        ("columns=\"16\"", "columns=\"99\"", "the tile image hallway.png can't be used: it has"),
        ("encoding=\"csv\"", "encoding=\"tea\"", "the map hallway.tmx can't be read"),
    ];
    for (from, to, sentence) in cases {
        let error = replaced(from, to).expect_err(to).to_string();
        assert!(error.contains(sentence), "{from} as {to}: {error}");
    }
}

#[test]
fn ways_in_are_checked() {
    // Without solid tiles every plot leaks; with floors solid nothing is reached.
    let error = replaced("name=\"solid\"", "name=\"soft\"").unwrap_err();
    assert!(matches!(error, MapError::LeakyPlot(_)), "{error}");
    let solid = "<properties><property name=\"solid\" type=\"bool\" value=\"true\"/></properties>";
    let error =
        read_changed(&|_, text| text.replace("type=\"threshold\"/>", &format!("type=\"threshold\">{solid}</tile>")));
    assert!(matches!(error, Err(MapError::Unreachable(_))));
}

#[test]
fn a_missing_map_is_named() {
    let error = read(Path::new("no/such.tmx")).unwrap_err().to_string();
    assert!(error.starts_with("the map no/such.tmx can't be read: "), "{error}");
}
