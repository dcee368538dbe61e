"""What the service answers about what can be had: sizes on sale, pools that a user may use."""

from yunwei.plugins.connectors.huawei_workspace.answers import Product, Shape


class ProductsPage(Shape):
    """GET /products."""

    products: list[Product] | None = None
    total_count: int | None = None


class PoolOfUser(Shape):
    desktop_pool_id: str | None = None


class PoolsOfUser(Shape):
    user_id: str | None = None
    desktop_pools: list[PoolOfUser] | None = None


class PoolsOfUsers(Shape):
    """GET /desktop-pools/statistics/by-users."""

    users: list[PoolsOfUser] | None = None
