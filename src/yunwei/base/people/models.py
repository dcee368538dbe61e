"""Tables of people, for migrations and for Django's sign-in. No behaviour; reads and writes are
in `store.py`."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Value
from django.db.models.functions import Lower, Now

from yunwei.base.people.facts import Language, Role, Theme

# plain texts, so that migrations need nothing of ours
_CHINESE, _AUTO = Language.CHINESE.value, Theme.AUTO.value
_NOTHING = Value({}, output_field=models.JSONField())


class Tenant(models.Model):
    slug = models.SlugField(max_length=63, unique=True)
    name = models.TextField()
    is_provider = models.BooleanField(default=False, db_default=False)
    is_active = models.BooleanField(default=True, db_default=True)
    time_zone = models.TextField(default="Asia/Shanghai", db_default="Asia/Shanghai")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_provider"],
                condition=models.Q(is_provider=True),
                name="people_tenant_one_provider",
            ),
        ]


class UserManager(BaseUserManager["User"]):
    """Finds users for Django's sign-in; they are made by `actions.create_user` alone."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username or "")


class User(AbstractBaseUser):
    username = models.TextField(unique=True)
    display_name = models.TextField(default="", blank=True, db_default="")
    email = models.EmailField(default="", blank=True, db_default="")
    phone = models.TextField(default="", blank=True, db_default="")
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    role = models.TextField()
    language = models.TextField(default=_CHINESE, db_default=_CHINESE)
    theme = models.TextField(default=_AUTO, db_default=_AUTO)
    time_zone = models.TextField(default="Asia/Shanghai", db_default="Asia/Shanghai")
    desktop_login = models.TextField(default="", blank=True, db_default="")
    customers = models.ManyToManyField(Tenant, related_name="+", blank=True)
    is_active = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["tenant", "role"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="people_user_username_any_case"),
            # people may share no address, since one may sign in with it
            models.UniqueConstraint(
                Lower("email"), condition=~models.Q(email=""), name="people_user_email_any_case"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]),
                name="people_user_role_known",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username


class ContactMethod(models.Model):
    """An address of a person besides their e-mail."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.TextField()
    address = models.TextField()
    position = models.IntegerField(db_default=0)
    vouched = models.TextField(db_default="")
    vouched_at = models.DateTimeField(null=True)
    code_digest = models.BinaryField(db_default=b"")
    code_sent_at = models.DateTimeField(null=True)
    code_tries = models.IntegerField(db_default=0)
    codes_sent = models.IntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "address"], name="people_contact_method_once"
            ),
        ]


class QuietHours(models.Model):
    """When a person is not to be disturbed; no row: never."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+", primary_key=True)
    starts_minute = models.SmallIntegerField()
    ends_minute = models.SmallIntegerField()
    time_zone = models.TextField()
    lets_critical = models.BooleanField(db_default=True)


class ApiToken(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    prefix = models.TextField()
    hash = models.BinaryField(unique=True, max_length=32)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class AuditEntry(models.Model):
    """Append-only: a trigger (migration 0002) refuses every UPDATE, DELETE and TRUNCATE."""

    at = models.DateTimeField(db_default=Now())
    tenant = models.ForeignKey(Tenant, null=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    user_name = models.TextField()
    address = models.TextField(default="", db_default="")
    verb = models.TextField()
    object_kind = models.TextField(default="", db_default="")
    object_id = models.TextField(default="", db_default="")
    object_name = models.TextField(default="", db_default="")
    before = models.JSONField(default=dict, db_default=_NOTHING)
    after = models.JSONField(default=dict, db_default=_NOTHING)
    detail = models.TextField(default="", db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-at"], name="people_audit_tenant_at"),
            models.Index(fields=["object_kind", "object_id", "-at"], name="people_audit_object_at"),
        ]
