"""Headers of every answer, cookies, CSRF, trusted hosts."""

from flask import Flask, Response, g, request
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from consult.errors import Conflict
from consult.people import accounts
from consult.web import throttle
from consult.web.context import client_address, settings
from consult.web.cookie import CookieSessions

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'; report-uri /csp-report"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
csrf = CSRFProtect()


def register(app: Flask) -> None:
    found = app.extensions["consult.settings"]
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if found.is_https else "session",
        SESSION_COOKIE_SECURE=found.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=6 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
    )
    app.session_interface = CookieSessions()
    if found.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=found.proxy_hops, x_proto=found.proxy_hops, x_host=0)  # type: ignore[method-assign]

    @app.before_request
    def refuse_other_hosts() -> Response | None:
        if request.host != settings().public_host and request.path not in ("/healthz", "/readyz", "/metrics"):
            return Response(
                "This server does not answer for that address.\n",
                421,
                content_type="text/plain; charset=utf-8",
            )
        return None

    @app.before_request
    def refuse_other_origins() -> Response | None:
        origin = request.headers.get("Origin")
        if request.method not in ("GET", "HEAD", "OPTIONS") and origin not in (None, settings().public_url):
            return Response(
                "This form was sent from another site.\n", 403, content_type="text/plain; charset=utf-8"
            )
        return None

    @app.before_request
    def refuse_pages_of_others() -> None:
        """What was written on one person's page is not sent in the name of whoever signed in in that browser since."""
        person = request.headers.get("Consult-Person")
        if not person or not current_user.is_authenticated:  # who is signed in is not looked up for nothing
            return
        if not accounts.is_page_of(person, current_user.public_id):
            raise Conflict("sign_in.other")

    csrf.init_app(app)  # after the checks above, which answer first

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings().is_https:
            response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        if not request.path.startswith("/static/"):
            private = getattr(g, "_login_user", None) is not None and current_user.is_authenticated
            response.headers.setdefault("Cache-Control", "no-store" if private else "no-cache")
        return response

    @app.post("/csp-report")
    @csrf.exempt
    def csp_report() -> Response:
        if not throttle.used_up(throttle.REPORTS_PER_ADDRESS, "csp", client_address()):
            app.logger.warning("csp report: %.500r", request.get_data(cache=False, as_text=True)[:2000])
        return Response(status=204)
