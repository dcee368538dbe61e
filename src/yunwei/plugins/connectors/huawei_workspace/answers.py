"""Shapes of the answers that we read, field by field as the service names them. No logic.

Only fields that are used are listed; others are ignored. The service may leave out any field, so
every one has a default, and None means that it was not said. Source: model classes of
huaweicloudsdkworkspace 3.1.219; tests hold every name here against them.
"""

import msgspec


class Shape(msgspec.Struct):
    """Base of all shapes: unknown fields are ignored, known ones are checked for their type."""


class AttachedUser(Shape):
    """In /desktops/detail (user_id, user_name) and /connect-desktops (id, name)."""

    user_id: str | None = None
    user_name: str | None = None
    id: str | None = None
    name: str | None = None
    type: str | None = None


class Product(Shape):
    """What desktops are made of. memory: MB. status: normal, sellout, abandon."""

    product_id: str | None = None
    cpu: str | None = None
    memory: str | None = None
    package_type: str | None = None
    architecture: str | None = None
    is_gpu: bool | None = None
    charge_mode: str | None = None
    status: str | None = None


class Disk(Shape, omit_defaults=True):
    """A desktop's disk, as it is told and, without its id, as it is asked for. size: GB."""

    type: str
    size: int
    volume_id: str | None = None


class Tag(Shape):
    key: str | None = None
    value: str | None = None


class Desktop(Shape):
    """GET /desktops/detail, item."""

    desktop_id: str
    computer_name: str | None = None
    ip_addresses: list[str] | None = None
    ipv4: str | None = None
    desktop_type: str | None = None
    metadata: dict[str, str | None] | None = None
    status: str | None = None
    task_status: str | None = None
    login_status: str | None = None
    attach_state: str | None = None
    domain_status: int | None = None
    in_maintenance_mode: bool | None = None
    created: str | None = None
    user_name: str | None = None
    attach_user_infos: list[AttachedUser] | None = None
    availability_zone: str | None = None
    site_name: str | None = None
    product: Product | None = None
    product_id: str | None = None
    root_volume: Disk | None = None
    data_volumes: list[Disk] | None = None
    subnet_id: str | None = None
    os_version: str | None = None
    tags: list[Tag] | None = None
    is_freeze: bool | None = None
    isolated: bool | None = None
    agent_version: str | None = None


class DesktopsPage(Shape):
    desktops: list[Desktop] | None = None
    total_count: int | None = None


class ConnectedDesktop(Shape):
    """GET /connect-desktops, item."""

    desktop_id: str
    desktop_name: str | None = None
    connect_status: str | None = None
    attach_users: list[AttachedUser] | None = None


class ConnectedDesktopsPage(Shape):
    desktops: list[ConnectedDesktop] | None = None
    total_count: int | None = None


class RunStates(Shape):
    stop_num: int | None = None
    active_num: int | None = None
    error_num: int | None = None
    hibernated_num: int | None = None


class LoginStates(Shape):
    in_use_num: int | None = None
    unregistered_num: int | None = None
    disconnected_num: int | None = None


class PoolStatistics(Shape):
    desktop_pool_id: str
    total_num: int | None = None
    run_state_statistics: RunStates | None = None
    login_state_statistics: LoginStates | None = None


class Statistics(Shape):
    """GET /statistics."""

    total_num: int | None = None
    run_state_statistics: RunStates | None = None
    login_state_statistics: LoginStates | None = None
    desktop_pool_statistics: list[PoolStatistics] | None = None


class User(Shape):
    """GET /users, item."""

    id: str
    user_name: str | None = None
    user_email: str | None = None
    description: str | None = None
    locked: bool | None = None
    disabled: bool | None = None
    account_expired: bool | None = None
    group_names: list[str] | None = None
    domain: str | None = None


class Snapshot(Shape):
    """GET /snapshots, item."""

    snapshot_id: str
    desktop_id: str | None = None
    is_system_disk: bool | None = None
    create_time: str | None = None


class SnapshotsPage(Shape):
    desktop_snapshots: list[Snapshot] | None = None
    total_count: int | None = None


class UsersPage(Shape):
    users: list[User] | None = None
    total_count: int | None = None


class Pool(Shape):
    """GET /desktop-pools, item."""

    id: str
    name: str | None = None
    type: str | None = None
    desktop_count: int | None = None
    desktop_used: int | None = None
    image_name: str | None = None
    status: str | None = None
    in_maintenance_mode: bool | None = None


class PoolsPage(Shape):
    desktop_pools: list[Pool] | None = None
    total_count: int | None = None


class HostProperties(Shape):
    vcpus: int | None = None
    memory: int | None = None
    host_type: str | None = None


class Host(Shape):
    """GET /hosts, item. memory in MB."""

    dedicated_host_id: str
    name: str | None = None
    availability_zone: str | None = None
    host_properties: HostProperties | None = None
    state: str | None = None
    available_vcpus: int | None = None
    available_memory: int | None = None
    instance_uuids: list[str] | None = None


class HostsPage(Shape):
    dedicated_hosts: list[Host] | None = None
    total: int | None = None


class QuotaResource(Shape):
    type: str | None = None
    quota: int | None = None
    used: int | None = None
    unit: str | None = None


class Quotas(Shape):
    """The centre's quotas, and one site's."""

    resources: list[QuotaResource] | None = None
    site_id: str | None = None


class AllQuotas(Shape):
    """GET /quotas."""

    quotas: Quotas | None = None
    site_quotas: list[Quotas] | None = None


class LoginRecord(Shape):
    """GET /connections/desktops, item. Delays in milliseconds."""

    transaction_id: str | None = None
    computer_name: str | None = None
    user_name: str | None = None
    desktop_id: str | None = None
    terminal_name: str | None = None
    terminal_ip: str | None = None
    terminal_type: str | None = None
    client_version: str | None = None
    connection_start_time: str | None = None
    connection_setup_time: str | None = None
    connection_end_time: str | None = None
    is_reconnect: bool | None = None
    connection_failure_reason: str | None = None
    network_rtt: int | None = None
    e2e_rtt: int | None = None


class LoginRecordsPage(Shape):
    records: list[LoginRecord] | None = None
    total_count: int | None = None


class AccessStage(Shape):
    stage: str | None = None
    duration: int | None = None
    start_time: int | None = None
    is_success: bool | None = None


class AccessStages(Shape):
    """GET /statistics/metrics/access-stages. Durations in milliseconds, times since 1970."""

    stages: list[AccessStage] | None = None


class UserEvent(Shape):
    """GET /user-events, item."""

    event_trace_id: str | None = None
    event_type: str | None = None
    event_time: str | None = None
    username: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    resource_name: str | None = None
    client_type: str | None = None
    client_ip: str | None = None
    is_success: bool | None = None
    error_code: str | None = None
    error_msg: str | None = None


class UserEventsPage(Shape):
    items: list[UserEvent] | None = None
    count: int | None = None


class DataPoint(Shape):
    """timestamp: Unix time, in milliseconds or seconds."""

    average: float | None = None
    timestamp: int | None = None


class MonitorData(Shape):
    """GET /desktop-monitor/{desktop_id}. Percentages 0-100, rates in bytes per second."""

    cpu_info: list[DataPoint] | None = None
    memory_info: list[DataPoint] | None = None
    disk_util_inband: list[DataPoint] | None = None
    disk_read_bytes_rate: list[DataPoint] | None = None
    disk_write_bytes_rate: list[DataPoint] | None = None
    network_incoming_bytes_rate_inband: list[DataPoint] | None = None
    network_outgoing_bytes_rate_inband: list[DataPoint] | None = None
    network_incoming_bytes_aggregate_rate: list[DataPoint] | None = None
    network_outgoing_bytes_aggregate_rate: list[DataPoint] | None = None


class AlarmDimension(Shape):
    name: str | None = None
    value: str | None = None


class AlarmMetric(Shape):
    namespace: str | None = None
    metric_name: str | None = None
    dimensions: list[AlarmDimension] | None = None


class AlarmCondition(Shape):
    comparison_operator: str | None = None
    value: float | None = None
    unit: str | None = None
    count: int | None = None
    period: int | None = None


class AlarmAddition(Shape):
    resource_id: str | None = None
    resource_name: str | None = None
    event_id: str | None = None


class AlarmPoint(Shape):
    time: str | None = None
    value: float | None = None


class AlarmItem(Shape):
    """GET /alarms, item. level: 1 critical, 2 major, 3 minor, 4 information."""

    record_id: str | None = None
    alarm_id: str | None = None
    name: str | None = None
    status: str | None = None
    type: str | None = None
    level: int | None = None
    begin_time: str | None = None
    metric: AlarmMetric | None = None
    condition: AlarmCondition | None = None
    additional_info: AlarmAddition | None = None
    data_points: list[AlarmPoint] | None = None


class AlarmsPage(Shape):
    alarm_histories: list[AlarmItem] | None = None
    count: int | None = None


class TlsConfig(Shape):
    cert_start_time: str | None = None
    cert_end_time: str | None = None


class Directory(Shape):
    """The Active Directory that the service signs people in with."""

    domain_name: str | None = None
    tls_config: TlsConfig | None = None


class Workspace(Shape):
    """GET /workspaces."""

    id: str | None = None
    status: str | None = None
    access_mode: str | None = None
    config_status: str | None = None
    ad_domains: Directory | None = None


class ExecuteScript(msgspec.Struct, omit_defaults=True):
    """What is sent to POST /script-executions. execution_timeout: in minutes."""

    resource_type: str
    resource_ids: list[str]
    command: str
    command_type: str
    execution_timeout: int
    gray_resource_ids: list[str] | None = None
    gray_fail_threshold: int | None = None


class ScriptTask(Shape):
    """POST /script-executions."""

    task_id: str


class ScriptRecord(Shape):
    """A script on a desktop. status: no list of its words is published. output: in the detail."""

    id: str
    resource_id: str
    status: str | None = None
    execute_order: int | None = None
    result_code: str | None = None
    reason: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    output: str | None = None


class ScriptRecordsPage(Shape):
    """GET /script-execution-records."""

    script_records: list[ScriptRecord] | None = None
    count: int | None = None


class ScriptTaskItem(Shape):
    """GET /script-execution-tasks, item."""

    id: str
    resource_ids: list[str] | None = None
    gray_resource_ids: list[str] | None = None
    start_time: str | None = None


class ScriptTasksPage(Shape):
    """GET /script-execution-tasks."""

    script_tasks: list[ScriptTaskItem] | None = None
    count: int | None = None


class ActDesktops(msgspec.Struct, omit_defaults=True):
    """What is sent to POST /desktops/action. type: SOFT or HARD."""

    desktop_ids: list[str]
    op_type: str
    type: str = "SOFT"


class FailedAct(Shape):
    """A desktop on which an act was not begun."""

    desktop_id: str | None = None
    error_code: str | None = None
    error_msg: str | None = None


class ActBegun(Shape):
    """POST /desktops/action, /desktops/rebuild, /snapshots/batch-create."""

    job_id: str | None = None
    failed_operation_list: list[FailedAct] | None = None


class JobEntities(Shape):
    """What a job is about."""

    desktop_id: str | None = None


class SubJob(Shape):
    """The part of a job that is about one desktop."""

    job_id: str | None = None
    job_type: str | None = None
    entities: JobEntities | None = None
    begin_time: str | None = None
    status: str | None = None
    error_code: str | None = None
    fail_reason: str | None = None


class Job(Shape):
    """GET /workspace-jobs/{job_id}."""

    status: str | None = None
    fail_reason: str | None = None
    sub_jobs: list[SubJob] | None = None


class SubJobsPage(Shape):
    """GET /workspace-sub-jobs."""

    jobs: list[SubJob] | None = None
    total_count: int | None = None


class OneDesktop(Shape):
    """GET /desktops/{desktop_id}."""

    desktop: Desktop
