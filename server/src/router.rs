//! Every page of the program, and what each request passes on its way there.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use domain::centre::Centre;
use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;
use tower::util::{MapRequestLayer, MapResponseLayer};
use tower::{Layer, ServiceBuilder, ServiceExt};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::services::ServeDir;
use tower_http::timeout::TimeoutLayer;
use web::ui::CentreFacts;

use crate::door::{self, Door};
use crate::kept::{self, Kept};
use crate::youtube::{Client, RETURN_PATH, connect};
use crate::{health, layers, paper, session};

/// What the web side is told beside the [`Centre`].
#[derive(Clone)]
pub struct WebSettings {
    /// The folder of stylesheets, scripts and fonts.
    pub site: PathBuf,
    /// The folder whose disk must have room.
    pub data: PathBuf,
    pub facts: Arc<CentreFacts>,
    pub trusted_proxies: Vec<IpNet>,
    pub metrics_from: Vec<IpNet>,
    pub metrics: PrometheusHandle,
    /// Where those who want a place wait their turn.
    pub door: Door,
    /// Where there is a way out to YouTube.
    pub youtube: Option<Arc<Client>>,
    /// Turns true when the program is about to stop.
    pub stopping: watch::Receiver<bool>,
}

impl WebSettings {
    /// Whether what this proxy says of where a request comes from is believed.
    pub fn trusts(&self, proxy: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&proxy.to_canonical()))
    }
}

/// Larger forms than any of ours; the import of a programme allows itself more.
const BODY_LIMIT: usize = 64 * 1024;

const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The whole program as one service, for `serve` and for tests.
pub fn app(centre: Centre, web: WebSettings) -> Router {
    let web = Arc::new(web);
    let files = ServeDir::new(&web.site)
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false);
    let pages = web::routes()
        .route("/display", post(web::ui::change_display))
        .route("/manage/channels/connect", get(connect::leave))
        .route("/manage/broadcasts/{code}/thumbnail.png", get(paper::route::thumbnail))
        .route("/my/{application}/certificate.pdf", get(paper::route::own_certificate))
        .route("/desk/{code}/{application}/certificate.pdf", get(paper::route::certificate_at_desk))
        .route("/manage/runs/{code}/certificates.pdf", get(paper::route::certificates_of_run))
        .route("/manage/statistics.xlsx", get(paper::route::workbook))
        .route("/manage/statistics/report.hwpx", get(paper::route::report))
        .route(RETURN_PATH, get(connect::come_back))
        .route("/manage/channels/{id}/disconnect", post(connect::disconnect))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready).layer(Extension(health::Readiness::default())))
        .route("/metrics", get(health::metrics))
        .fallback(move |request: Request| serve_file(files.clone(), request))
        .method_not_allowed_fallback(|| async { StatusCode::METHOD_NOT_ALLOWED })
        // The first in this list is the first to see a request and the last to see the answer.
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(web.door.clone(), door::wait_turn))
                .layer(MapResponseLayer::new(layers::protect(&centre)))
                // What is sent once is not worth more; pages that are kept are compressed well.
                .layer(
                    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(is_worth_it()),
                )
                .layer(from_fn_with_state(Kept::new(centre.clone()), kept::keep))
                .layer(from_fn_with_state(centre.clone(), layers::observe))
                .layer(MapRequestLayer::new(layers::find_source(web.clone())))
                .layer(session::layer(centre.clone()))
                .layer(Extension(web.clone()))
                .layer(Extension(web.facts.clone()))
                .layer(from_fn_with_state(centre.clone(), web::draw_errors))
                .layer(CatchPanicLayer::custom(layers::answer_panic))
                .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIME_LIMIT))
                .layer(from_fn_with_state(centre.clone(), layers::admit))
                .layer(MapResponseLayer::new(layers::end_streams(web)))
                .layer(DefaultBodyLimit::max(BODY_LIMIT)),
        )
        .with_state(centre);
    // Routing happens inside, so that it sees the path without its language.
    Router::new().fallback_service(MapRequestLayer::new(layers::split_language).layer(pages))
}

/// Clips are compressed already, as pictures are, and a player asks for parts of them.
fn is_worth_it() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("video/"))
}

/// A file of the site. One asked for with its version never changes under that URL.
async fn serve_file(files: ServeDir, request: Request) -> Response {
    let versioned = request.uri().query().is_some_and(|query| query.starts_with("v="));
    let mut response = match files.oneshot(request).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    };
    if response.status().is_success() {
        let cache = if versioned { "public, max-age=31536000, immutable" } else { "public, no-cache" };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    }
    response
}
