//! The settings of a network as a study file writes them, and the networks they make.

use mesascope_nets::{
    Activation, Biases, Convolution, Gru, Image, Initialisation, Loss, Mlp, Padding, Read, Scaling,
    numerics,
};
use mesascope_stats::Key;

fn read(json: &str) -> Result<Mlp, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

#[test]
fn hidden_widths_alone_make_a_relu_network_with_biases_drawn_by_fan_in() {
    let mlp = read(r#"{"hidden": [40, 40]}"#).unwrap();
    assert_eq!(mlp, Mlp::with_hidden(&[40, 40]).unwrap());
    assert_eq!((mlp.activation, mlp.biases), (Activation::Relu, Biases::Trained));
    assert_eq!(mlp.initialisation, Initialisation::FanIn);
}

#[test]
fn every_setting_is_read_back_as_it_was_written() {
    for json in [
        r#"{"hidden":[40,40],"activation":"relu","initialisation":"fan-in"}"#,
        r#"{"hidden":[3],"activation":"tanh","initialisation":"torch"}"#,
        r#"{"hidden":[],"activation":"tanh","initialisation":{"uniform":{"bound":1.0}},"biases":"none"}"#,
        r#"{"hidden":[1],"activation":"relu","initialisation":{"gaussian":{"weight_sd":1.5,"bias_sd":0.0,"scaling":"none"}}}"#,
    ] {
        assert_eq!(serde_json::to_string(&read(json).unwrap()).unwrap(), json);
    }
    let json = r#"{"hidden":[1],"initialisation":{"gaussian":{"weight_sd":1,"bias_sd":1}}}"#;
    let Initialisation::Gaussian { scaling, .. } = read(json).unwrap().initialisation else {
        panic!("{json} is gaussian");
    };
    assert_eq!(scaling, Scaling::FanIn);
}

#[test]
fn a_wrong_setting_is_refused_and_the_error_says_what_would_be_right() {
    let refused = |json, why: &str| {
        let error = read(json).unwrap_err();
        assert!(error.contains(why), "{json}: {error}");
    };
    refused(r#"{"hidden": [-3]}"#, "a width is a whole number from 1 to 4096, not -3");
    refused(r#"{"hidden": [40, 4097]}"#, "a width is a whole number from 1 to 4096, not 4097");
    refused(r#"{"hidden": [0]}"#, "a width is a whole number from 1 to 4096, not 0");
    refused(
        r#"{"hidden": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}"#,
        "a network has at most 16 hidden layers, not 17",
    );
    refused(r#"{"widths": [40]}"#, "unknown field `widths`");
    refused(r#"{"hidden": [1], "activation": "gelu"}"#, "unknown variant `gelu`");
    let zero = r#"{"hidden": [1], "initialisation": {"uniform": {"bound": 0}}}"#;
    refused(zero, "must be a finite number above 0 that 32 bits can hold, not 0");
    let unknown = r#"{"hidden": [1], "initialisation": {"uniform": {"bound": 1, "sd": 1}}}"#;
    refused(unknown, "unknown field `sd`");
}

#[test]
fn the_schema_tells_the_meaning_of_every_setting_and_shows_a_width_with_its_range() {
    let schema = schemars::schema_for!(Mlp).to_value();
    let settings = schema["properties"].as_object().unwrap();
    assert_eq!(settings.len(), 4);
    for (name, setting) in settings {
        let meaning = setting["description"].as_str().unwrap();
        assert!(meaning.contains("efault"), "{name}: {meaning}");
    }
    let hidden = &settings["hidden"];
    assert_eq!((&hidden["maxItems"], &hidden["items"]["maximum"]), (&16.into(), &4096.into()));
    assert_eq!(schema["required"], serde_json::json!(["hidden"]));
    assert!(schemars::schema_for!(Loss).to_value().to_string().contains("logistic"));
}

#[test]
fn parameters_are_counted_layer_by_layer() {
    let mut mlp = Mlp::with_hidden(&[40, 40]).unwrap();
    assert_eq!(mlp.sizes(5, 1), [5, 40, 40, 1]);
    assert_eq!(mlp.parameter_count(5, 1), 5 * 40 + 40 + 40 * 40 + 40 + 40 + 1);
    mlp.biases = Biases::None;
    assert_eq!(mlp.parameter_count(5, 1), 5 * 40 + 40 * 40 + 40);
    let network = mlp.initialise(5, 1, Key::from_seed(1));
    assert_eq!(network.parameters.len(), mlp.parameter_count(5, 1));
    let last = network.layer(2);
    assert_eq!((last.weights, last.biases), (1800..1840, 1840..1840));
}

#[test]
fn a_recurrent_network_reads_the_last_step_and_counts_the_parameters_of_torch() {
    let gru: Gru = serde_json::from_str(r#"{"hidden": 4}"#).unwrap();
    assert_eq!(gru, Gru::with_hidden(4).unwrap());
    assert_eq!(gru.read, Read::LastStep);
    let shape = gru.shape(3, 2, 5);
    // nn.GRU(3, 4) has 108 parameters and nn.Linear(4, 2) has 10.
    assert_eq!((shape.parameter_count(), shape.readings()), (118, 1));
    assert_eq!(gru.initialise(3, 2, 5, Key::from_seed(1)).parameters.len(), 118);
    let every = Gru { read: Read::EveryStep, ..gru };
    assert_eq!(every.shape(3, 2, 5).readings(), 5);
    let json = serde_json::to_string(&every).unwrap();
    assert_eq!(json, r#"{"hidden":4,"read":"every-step","initialisation":"fan-in"}"#);
    let wrong = serde_json::from_str::<Gru>(r#"{"hidden": 0}"#).unwrap_err().to_string();
    assert!(wrong.contains("a width is a whole number from 1 to 4096, not 0"), "{wrong}");
}

#[test]
fn a_convolutional_network_counts_the_parameters_of_torch_and_refuses_images_too_small() {
    let convolution: Convolution = serde_json::from_str(r#"{"channels": [3, 4]}"#).unwrap();
    assert_eq!((convolution.size.get(), convolution.padding), (3, Padding::None));
    assert_eq!(
        (&convolution.hidden[..], convolution.initialisation),
        (&[][..], Initialisation::FanIn)
    );
    let image = Image { channels: 2, height: 6, width: 5 };
    // nn.Conv2d(2, 3, 3) has 57, nn.Conv2d(3, 4, 3) has 112, nn.Linear(4 * 2 * 1, 1) has 9.
    assert_eq!(convolution.shape(image, 1).unwrap().parameter_count(), 57 + 112 + 9);
    let same = Convolution { padding: Padding::Same, ..convolution.clone() };
    assert_eq!(same.shape(image, 1).unwrap().parameter_count(), 57 + 112 + 4 * 6 * 5 + 1);
    let small = Image { height: 4, ..image };
    let error = convolution.shape(small, 1).unwrap_err().to_string();
    assert!(error.contains("at least one must be left, not 4 by 5 with 4 to take off"), "{error}");
    assert!(same.shape(small, 1).is_ok());
    let wrong = serde_json::from_str::<Convolution>(r#"{"channels": [3], "size": 17}"#);
    let wrong = wrong.unwrap_err().to_string();
    assert!(wrong.contains("a kernel has 1 to 16 lines and columns, not 17"), "{wrong}");
}

#[test]
fn the_schema_of_every_kind_of_network_tells_the_meaning_of_every_setting() {
    for schema in [schemars::schema_for!(Gru), schemars::schema_for!(Convolution)] {
        let schema = schema.to_value();
        let settings = schema["properties"].as_object().unwrap();
        assert!(settings.len() >= 3);
        for (name, setting) in settings {
            let meaning = setting["description"].as_str().unwrap();
            assert!(meaning.contains("efault"), "{name}: {meaning}");
        }
    }
}

/// Every file of ours below a folder, with its name from the crate's on.
fn files(folder: &std::path::Path, name: &str) -> Vec<(String, std::path::PathBuf)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{name}/{}", path.file_stem().unwrap().to_str().unwrap());
        if path.is_dir() {
            found.extend(files(&path, &name));
        } else {
            found.push((name.replace('_', "-"), path));
        }
    }
    found
}

#[test]
fn every_file_with_a_numerics_number_is_listed_once_and_in_order() {
    let listed: Vec<String> = numerics().iter().map(|(name, _)| name.to_string()).collect();
    let (lanes, ours) = listed.split_at(mesascope_lanes::numerics().len());
    assert!(lanes.iter().all(|name| name.starts_with("lanes/")), "{lanes:?}");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let mut files: Vec<String> = files(folder.as_ref(), "nets")
        .into_iter()
        .filter(|(_, path)| {
            std::fs::read_to_string(path).unwrap().contains("pub const NUMERICS: u32")
        })
        .map(|(name, _)| name)
        .collect();
    files.sort();
    assert!(files.len() > 10, "{files:?}");
    assert_eq!(ours, files);
}
