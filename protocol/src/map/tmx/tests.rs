use super::*;
use crate::{
    floor::{FloorPolicy, QueueRule},
    map::Place,
};

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

/// Reads the built-in map with a custom property of its first room.
fn with_property(property: &str) -> Result<WorldMap, MapError> {
    let properties = format!("height=\"352\"><properties><property {property}/></properties></object>");
    read_changed(&|_, text| text.replace("height=\"352\"/>", &properties)).map(|(map, _)| map)
}

#[test]
fn rooms_may_say_the_rules_of_their_floors() {
    let rules = |property: &str| with_property(property).map(|map| (map.rooms[0].policy, map.rooms[0].queue)).unwrap();
    let (map, _) = built_in();
    assert!(map.rooms.iter().all(|room| room.policy.is_none() && room.queue.is_none()));
    for policy in [FloorPolicy::Exclusive, FloorPolicy::Open, FloorPolicy::Chair] {
        assert_eq!(rules(&format!("name=\"floor\" value=\"{policy}\"")), (Some(policy), None));
    }
    for queue in [QueueRule::Refuse, QueueRule::FirstCome, QueueRule::QuietestFirst] {
        assert_eq!(rules(&format!("name=\"queue\" value=\"{queue}\"")), (None, Some(queue)));
    }
    let logged = |value: &str| with_property(&format!("name=\"talk-log\" type=\"bool\" value=\"{value}\"")).unwrap();
    assert!(map.rooms.iter().all(|room| !room.talk_log) && logged("true").rooms[0].talk_log);
    assert!(!logged("false").rooms[0].talk_log);
    let faults = [
        (
            "name=\"floor\" value=\"stage\"",
            "the property floor of room \"Stage\" can't be used: “stage” is none of exclusive, open and chair",
        ),
        ("name=\"queue\" value=\"\"", "the property queue of room \"Stage\" can't be used: “” is none of refuse,"),
        ("name=\"floor\" type=\"bool\" value=\"true\"", "can't be used: it must be a string"),
        ("name=\"talk-log\" value=\"yes\"", "can't be used: it must be a bool"),
    ];
    for (property, sentence) in faults {
        let error = with_property(property).unwrap_err().to_string();
        assert!(error.contains(sentence), "{error}");
    }
}

#[test]
fn a_map_that_says_no_rules_is_the_same_json_as_before_there_were_any() {
    let (plain, _) = built_in();
    let json = String::from_utf8(plain.to_json()).unwrap();
    assert!(!json.contains("policy") && !json.contains("queue"));
    let ruled = with_property("name=\"queue\" value=\"quietest-first\"").unwrap();
    let json = String::from_utf8(ruled.to_json()).unwrap();
    assert!(json.contains("\"queue\":\"quietest-first\""));
    assert_eq!(serde_json::from_str::<WorldMap>(&json).unwrap(), ruled);
    assert_ne!(ruled.digest(), plain.digest());
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
