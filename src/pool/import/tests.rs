use super::*;
use crate::pool::raw::RawCost;
use crate::router::fixture;
use serde_json::{Value, json};

fn read(value: Value) -> ImportedPrices {
    let pool = json!({"models": [{"id": "openai__gpt-4o"}, {"id": "Qwen2.5-7B-Instruct"}, {"id": "mine"}]});
    let pool = Pool::from_json(pool.to_string().as_bytes(), &fixture::router()).unwrap();
    import_prices(value.to_string().as_bytes(), &pool).unwrap()
}

fn cost(imported: &ImportedPrices, id: &str) -> RawCost {
    let model = imported.models.iter().find(|m| m.id == id);
    model
        .unwrap_or_else(|| panic!("no {id}"))
        .cost
        .clone()
        .unwrap()
}

#[test]
fn an_id_that_no_pool_may_have_is_left_out_and_a_name_in_another_script_stays() {
    let entry = |id: &str| {
        json!({"id": id, "name": "\u{200f}\u{5d0}", "context_length": 9000,
            "pricing": {"prompt": "0.001", "completion": "0.002"}})
    };
    let imported = read(json!({"data": [entry("left\u{200e}right"), entry("plain")]}));
    let ids: Vec<&str> = imported.models.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(ids, ["plain"]);
    assert!(imported.models[0].name.is_some());
    assert_eq!(imported.notes.len(), 1);
}

#[test]
fn litellm_prices_are_per_token_and_embedding_models_are_left_out() {
    let imported = read(json!({
        "sample_spec": {"input_cost_per_token": 0.0, "litellm_provider": "one of …", "mode": "one of …"},
        "gpt-4o": {"input_cost_per_token": 2.5e-6, "output_cost_per_token": 1e-5,
            "cache_read_input_token_cost": 1.25e-6, "litellm_provider": "openai", "mode": "chat",
            "max_input_tokens": 128000, "max_output_tokens": 16384, "supports_vision": true,
            "supports_function_calling": true},
        "gpt-mini": {"input_cost_per_token": 0.15e-6, "litellm_provider": "openai", "mode": "chat"},
        "embedder": {"input_cost_per_token": 1e-7, "litellm_provider": "openai", "mode": "embedding"}}));
    assert_eq!(imported.list, PriceList::Litellm);
    assert_eq!(imported.models.len(), 2);
    let full = cost(&imported, "gpt-4o");
    assert_eq!(
        (full.input, full.output, full.cache_read),
        (Some(2.5), Some(10.0), Some(1.25))
    );
    let mini = cost(&imported, "gpt-mini");
    assert_eq!((mini.input, mini.output), (Some(0.15), None));
    let model = &imported.models[0];
    assert_eq!(model.limit.as_ref().unwrap().context, Some(128_000.0));
    assert_eq!(model.capabilities.as_deref().unwrap(), ["tools", "vision"]);
}

#[test]
fn models_dev_prices_are_per_million_and_names_are_kept() {
    let imported = read(
        json!({"alibaba": {"name": "Alibaba", "models": {"qwen2-5-7b-instruct": {
        "name": "Qwen2.5 7B Instruct", "cost": {"input": 0.175, "output": 0.7},
        "limit": {"context": 131072, "output": 8192}, "tool_call": true,
        "modalities": {"input": ["text"]}}}}}),
    );
    assert_eq!(imported.list, PriceList::ModelsDev);
    let found = cost(&imported, "alibaba/qwen2-5-7b-instruct");
    assert_eq!((found.input, found.output), (Some(0.175), Some(0.7)));
    assert_eq!(imported.models[0].provider.as_deref(), Some("Alibaba"));
    assert_eq!(
        imported.matches,
        [PriceMatch {
            id: "Qwen2.5-7B-Instruct".into(),
            listed: 0
        }]
    );
}

#[test]
fn openrouter_prices_are_decimal_text_and_minus_one_means_unknown() {
    let imported = read(json!({"data": [
        {"id": "openai/gpt-4o", "name": "OpenAI: GPT-4o", "context_length": 128000,
         "pricing": {"prompt": "0.0000025", "completion": "0.00001", "internal_reasoning": "0"},
         "supported_parameters": ["tools"]},
        {"id": "openrouter/auto", "pricing": {"prompt": "-1", "completion": "-1"}},
        {"id": "some/free", "pricing": {"prompt": "0", "completion": "0"}},
        {"pricing": {"prompt": "0"}}]}));
    assert_eq!(imported.list, PriceList::Openrouter);
    let paid = cost(&imported, "openai/gpt-4o");
    assert_eq!(
        (paid.input, paid.output, paid.reasoning),
        (Some(2.5), Some(10.0), None)
    );
    assert_eq!(cost(&imported, "openrouter/auto").input, None);
    assert_eq!(cost(&imported, "some/free").output, Some(0.0));
    assert_eq!(
        imported.matches,
        [PriceMatch {
            id: "openai__gpt-4o".into(),
            listed: 0
        }]
    );
    let noted: Vec<_> = imported.notes.iter().map(|n| n.path.as_str()).collect();
    assert_eq!(
        noted,
        ["$.data[1].prompt", "$.data[1].completion", "$.data[3]"]
    );
}

#[test]
fn of_many_hosts_the_maker_s_own_entry_is_matched_and_an_effort_mode_has_the_price_of_its_model() {
    let pool = json!({"models": [{"id": "openai__o3-mini", "provider": "OpenAI"},
        {"id": "o3-mini@high", "provider": "OpenAI"}, {"id": "mistral-medium", "provider": "Mistral AI"}]});
    let pool = Pool::from_json(pool.to_string().as_bytes(), &fixture::router()).unwrap();
    let matched = |list: Value| -> Vec<String> {
        let imported = import_prices(list.to_string().as_bytes(), &pool).unwrap();
        let ids = imported
            .matches
            .iter()
            .map(|m| imported.models[m.listed].id.clone());
        ids.collect()
    };
    let entry = json!({"input_cost_per_token": 1e-6, "litellm_provider": "x", "mode": "chat"});
    let litellm = json!({"azure/eu/o3-mini": entry, "azure/o3-mini": entry, "o3-mini": entry,
        "amazon/mistral-medium": entry, "mistral/mistral-medium": entry});
    assert_eq!(
        matched(litellm),
        ["o3-mini", "o3-mini", "mistral/mistral-medium"]
    );
    let model = json!({"cost": {"input": 1}});
    let provider = |name: &str| json!({"name": name, "models": {"o3-mini": model}});
    let models_dev = json!({"302ai": provider("302.AI"), "azure": provider("Azure"), "openai": provider("OpenAI")});
    assert_eq!(matched(models_dev), ["openai/o3-mini", "openai/o3-mini"]);
    let listed = |id: &str| json!({"id": id, "pricing": {"prompt": "1e-6"}});
    let openrouter = json!({"data": [listed("aaa/o3-mini"), listed("openai/o3-mini:free"), listed("openai/o3-mini")]});
    assert_eq!(matched(openrouter), ["openai/o3-mini", "openai/o3-mini"]);
}

#[test]
fn impossible_prices_are_unknown_and_noted() {
    for bad in [
        json!(1e40),
        json!(-0.1),
        json!("cheap"),
        json!([1]),
        json!(true),
        json!("NaN"),
        json!("inf"),
    ] {
        let imported = read(
            json!({"m": {"litellm_provider": "x", "input_cost_per_token": bad.clone(),
            "output_cost_per_token": null}}),
        );
        let found = cost(&imported, "m");
        assert_eq!((found.input, found.output), (None, None), "{bad}");
        assert_eq!(imported.notes.len(), 1, "{bad}");
    }
}

#[test]
fn every_listed_model_makes_a_pool_that_is_accepted() {
    let imported = read(
        json!({"data": [{"id": "a/b", "name": "<b>x</b>", "pricing": {"prompt": "1e-6"}},
        {"id": "x".repeat(300), "pricing": {}}, {"id": "a/\u{0}", "pricing": {}}]}),
    );
    assert_eq!(imported.models.len(), 1);
    let pool = crate::pool::RawPool {
        models: imported.models,
        ..Default::default()
    };
    assert!(Pool::from_raw(pool, &fixture::router()).is_ok());
}

#[test]
fn other_json_is_rejected_with_a_remedy() {
    let pool = Pool::from_json(br#"{"models": [{"id": "a"}]}"#, &fixture::router()).unwrap();
    for other in [
        "{}",
        "[]",
        "3",
        r#"{"models": []}"#,
        r#"{"data": []}"#,
        r#"{"a": {"b": 1}}"#,
    ] {
        let rejected = import_prices(other.as_bytes(), &pool).unwrap_err();
        assert_eq!(rejected.code(), "price_list", "{other}");
    }
    assert_eq!(
        import_prices(b"{", &pool).unwrap_err().code(),
        "pool_syntax"
    );
}

/// A price list of each shape in which one model has this input price; a number of the list's own unit.
fn lists(price: Option<Value>) -> [Value; 3] {
    let with = |key: &str, mut object: Value| {
        if let Some(price) = &price {
            object[key] = price.clone();
        }
        object
    };
    [
        json!({"m": with("input_cost_per_token", json!({"litellm_provider": "x", "mode": "chat", "output_cost_per_token": 1e-6}))}),
        json!({"p": {"models": {"m": {"cost": with("input", json!({"output": 1}))}}}}),
        json!({"data": [{"id": "m", "pricing": with("prompt", json!({"completion": "0.000001"}))}]}),
    ]
}

#[test]
fn missing_null_zero_text_and_absurd_prices_mean_the_same_in_every_list() {
    let cases = [
        (None, None, 0),
        (Some(Value::Null), None, 0),
        (Some(json!(0)), Some(0.0), 0),
        (Some(json!("0")), Some(0.0), 0),
        (Some(json!("")), None, 1),
        (Some(json!("a lot")), None, 1),
        (Some(json!(-1)), None, 1),
        (Some(json!(1e300)), None, 1),
        (Some(json!("1e999")), None, 1),
        (Some(json!({})), None, 1),
    ];
    for (price, expected, notes) in cases {
        for list in lists(price.clone()) {
            let imported = read(list);
            let cost = imported.models[0].cost.clone().unwrap();
            assert_eq!(cost.input, expected, "{price:?} in {:?}", imported.list);
            assert_eq!(cost.output, Some(1.0), "{price:?} in {:?}", imported.list);
            assert_eq!(
                imported.notes.len(),
                notes,
                "{price:?} in {:?}",
                imported.list
            );
        }
    }
}
