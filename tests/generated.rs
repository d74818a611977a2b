//! The JSON schema and the TypeScript types come from the Rust types and are checked in. These
//! tests fail when they are stale; `UNIROUTE_UPDATE=1 cargo test --features schema --test generated`
//! writes them again.
#![cfg(feature = "schema")]

use schemars::SchemaGenerator;
use std::path::Path;
use ts_rs::{Config, TS};
use uniroute::cost::{Cost, Family, Total};
use uniroute::dataset::labels::{Label, Labels, LabelsReport};
use uniroute::dataset::{PastedScore, PastedScores, PromptForm, PromptTable, SkippedLine};
use uniroute::pool::{
    self, FieldCertainty, FieldQuality, ImportedPrices, ModelCertainty, ModelFields, ModelInfo,
    ModelPreview, NextBenchmark, NextLabel, Note, PoolInfo, PriceList, PriceMatch, ProfileSource,
    RawCost, RawErrors, RawLabel, RawLatency, RawLimit, RawModel, RawPool, RawRouterRef, RawScore,
};
use uniroute::route::{
    BatchModel, BatchPoint, BatchReport, CacheUse, Candidate, ClusterMap, ClusterQualities,
    ClusterShare, Comparison, Contrast, CostEstimate, CostTotal, Decision, Exclusion,
    ExclusionCode, Explanation, FrontierPoint, MapCluster, RawPrevious, RawRequest, Savings,
    Standing, Verdict, WhatIf,
};
use uniroute::router::RouterInfo;

#[track_caller]
fn up_to_date(path: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UNIROUTE_UPDATE").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{} is stale; see tests/generated.rs",
        path.display()
    );
}

#[test]
fn the_json_schema_is_that_of_the_rust_types() {
    let mut schema =
        serde_json::to_value(SchemaGenerator::default().into_root_schema_for::<RawPool>()).unwrap();
    schema["title"] = "LLM profile JSON".into();
    schema["description"] = format!(
        "A pool of language models for uniroute. At most {} bytes, {} models, {} clusters, {} characters a name.",
        pool::MAX_BYTES, pool::MAX_MODELS, uniroute::cluster::MAX_CLUSTERS, pool::MAX_NAME
    )
    .into();
    schema["properties"]["models"]["minItems"] = 1.into();
    schema["properties"]["models"]["maxItems"] = pool::MAX_MODELS.into();
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    up_to_date("assets/llm-profile.schema.json", &text);
}

#[test]
fn the_typescript_types_are_those_of_the_rust_types() {
    let config = Config::default();
    let mut text =
        String::from("// Generated from the Rust types; see tests/generated.rs. Do not edit.\n");
    macro_rules! types {
        ($($type:ty),* $(,)?) => {$({
            let docs = <$type>::docs().unwrap_or_default();
            text.push_str(&format!("\n{docs}export {}\n", <$type>::decl(&config)));
        })*};
    }
    types!(
        RawPool,
        RawRouterRef,
        RawModel,
        RawCost,
        RawLimit,
        RawLatency,
        RawErrors,
        RawLabel,
        RawScore,
        Cost,
        Family,
        Total,
        Exclusion,
        ExclusionCode,
        Candidate,
        ClusterShare,
        CacheUse,
        Decision,
        RawPrevious,
        RawRequest,
        FrontierPoint,
        Explanation,
        MapCluster,
        ClusterQualities,
        ClusterMap,
        BatchModel,
        BatchPoint,
        BatchReport,
        Savings,
        Contrast,
        Standing,
        Verdict,
        WhatIf,
        CostEstimate,
        CostTotal,
        ProfileSource,
        Note,
        FieldQuality,
        ModelFields,
        ModelInfo,
        ModelPreview,
        NextBenchmark,
        PoolInfo,
        RouterInfo,
        Comparison,
        PriceList,
        PriceMatch,
        ImportedPrices,
        PastedScore,
        PastedScores,
        PromptForm,
        PromptTable,
        SkippedLine,
        Label,
        Labels,
        LabelsReport,
        FieldCertainty,
        ModelCertainty,
        NextLabel,
    );
    up_to_date("pkg/lib/core.d.ts", &text);
}
