"""The error answers of Huawei's gateway and of the Workspace service behind it.

Gateway codes and texts are as documented in the API signing guide and the gateway's error code
page. The service's own codes are not published per operation; ours are of their shape.
"""


class ApiError(Exception):
    """An answer that is an error: an HTTP status, a code and a text."""

    def __init__(
        self, status: int, code: str, message: str, *, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def body(self) -> dict[str, str]:
        """Return the JSON body."""
        return {"error_code": self.code, "error_msg": self.message}


def unauthorised(detail: str) -> ApiError:
    """The signature, the key or the date is not right."""
    return ApiError(401, "APIGW.0301", f"Incorrect IAM authentication information: {detail}")


def wrong_project() -> ApiError:
    """The key is good, but not for this project."""
    return ApiError(403, "APIGW.0302", "The IAM user is not allowed to access the API")


def no_such_api() -> ApiError:
    """The gateway publishes no such path."""
    return ApiError(
        404,
        "APIGW.0101",
        "The API does not exist or has not been published in the environment",
    )


def method_not_allowed() -> ApiError:
    """The path is there, but not with this method."""
    return ApiError(405, "APIGW.0106", "The request method is not supported")


def throttled(limit: int, *, retry_after_s: int | None) -> ApiError:
    """Too many requests in this second."""
    message = (
        "The throttling threshold has been reached: "
        f"policy user over ratelimit,limit:{limit},time:1 second"
    )
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return ApiError(429, "APIGW.0308", message, headers=headers)


def invalid(parameter: str, why: str) -> ApiError:
    """A parameter has a value that the service does not take."""
    return ApiError(400, "WKS.00139901", f"The parameter {parameter} is invalid: {why}")


def not_found(what: str, identity: str) -> ApiError:
    """The service knows no such object."""
    return ApiError(404, "WKS.00139904", f"The {what} {identity} does not exist")


def no_quota(kind: str, left: int) -> ApiError:
    """The project may not use so much."""
    return ApiError(400, "WKS.00139906", f"The quota of {kind} is insufficient: {left} left")


def not_on_sale(product: str) -> ApiError:
    """The product is not sold at the moment."""
    return ApiError(400, "WKS.00139907", f"The product {product} is sold out")


def internal() -> ApiError:
    """The service broke."""
    return ApiError(500, "WKS.00139999", "The requested operation failed. Please try again later")
