"""Somebody signed in by the real sign-in, who sends forms as a browser does."""

import re
import time
from dataclasses import dataclass

import requests

from tests import cast

TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class Address:
    """Where the server is reached, and under which name: a proxy may stand between."""

    port: int
    public_url: str

    @property
    def host(self) -> str:
        return self.public_url.partition("://")[2]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Person:
    """One browser's cookies."""

    def __init__(self, address: Address, email: str) -> None:
        self.address, self.email = address, email
        self.http = requests.Session()
        self.http.headers["Host"] = address.host
        self._token = ""

    def sign_in(self) -> "Person":
        """Sign in with the test password.

        Raises:
            requests.HTTPError: refused.
        """
        self.http.cookies.clear()
        self._token = ""
        token = self._token_of("/sign-in")
        form = {"csrf_token": token, "email": self.email, "password": cast.PASSWORD}
        answer = self._send("post", "/sign-in", data=form)
        if answer.status_code != 303:
            raise requests.HTTPError(f"sign-in of {self.email}: {answer.status_code}", response=answer)
        return self

    def get(self, path: str) -> requests.Response:
        return self._send("get", path)

    def post(self, path: str, **fields: object) -> requests.Response:
        """Send a form. A redirect (303) means done."""
        self._token = self._token or self._token_of("/account")
        return self._send("post", path, data={"csrf_token": self._token, **fields})

    def act(self, path: str, **fields: object) -> requests.Response:
        """Send a form of a facilitator until the server answers at all; for acts that may be said twice."""
        give_up = time.monotonic() + 60
        while True:
            try:
                answer = self.post(path, **fields)
                if answer.status_code < 500:
                    return answer
            except requests.RequestException:
                pass
            assert time.monotonic() < give_up, f"no answer to {path}"
            time.sleep(0.3)

    @property
    def cookies(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies)

    def close(self) -> None:
        self.http.close()

    def _token_of(self, path: str) -> str:
        answer = self._send("get", path)
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
        if found is None:
            raise requests.HTTPError(f"{path}: {answer.status_code}, no form", response=answer)
        return found.group(1)

    def _send(self, method: str, path: str, **options: object) -> requests.Response:
        return self.http.request(
            method,
            self.address.url + path,
            allow_redirects=False,
            timeout=TIMEOUT_SECONDS,
            **options,  # type: ignore[arg-type]
        )
