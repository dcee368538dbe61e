"""What desktops are made of: sizes (products), images, agent and client versions. Data only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One desktop size on sale. `memory_mib` is what Huawei's `memory` field counts."""

    key: str
    product_id: str
    flavor: str
    cores: int
    memory_mib: int
    package: str
    text: str
    system_disk_gb: int
    data_disk_gb: int
    gpu: bool = False


PRODUCTS = (
    Product(
        key="small", product_id="workspace.x86.general.large2", flavor="c7.large.2", cores=2,
        memory_mib=4096, package="general", text="通用办公|2核|4GB内存", system_disk_gb=80,
        data_disk_gb=0,
    ),
    Product(
        key="medium", product_id="workspace.x86.enterprise.xlarge2", flavor="c7.xlarge.2",
        cores=4, memory_mib=8192, package="enterprise", text="企业办公|4核|8GB内存",
        system_disk_gb=80, data_disk_gb=50,
    ),
    Product(
        key="large", product_id="workspace.x86.ultimate.2xlarge2", flavor="c7.2xlarge.2",
        cores=8, memory_mib=16384, package="ultimate", text="尊享办公|8核|16GB内存",
        system_disk_gb=120, data_disk_gb=200,
    ),
    Product(
        key="gpu", product_id="workspace.x86.workstation.g5", flavor="g5r.8xlarge.2", cores=16,
        memory_mib=32768, package="workstation", text="云工作站|16核|32GB内存|GPU",
        system_disk_gb=200, data_disk_gb=500, gpu=True,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One desktop image. Image drift puts a desktop back to `agent_before`."""

    key: str
    id: str
    name: str
    os_type: str
    os_version: str
    agent: str
    agent_before: str


IMAGES = (
    Image(
        key="win10-office", id="cc3bbc0b-9441-461b-b80b-48c52f3aed08",
        name="WKS_WIN10_OFFICE_2026Q3", os_type="Windows", os_version="Windows 10 64bit",
        agent="25.9.0.1104", agent_before="25.3.1.0612",
    ),
    Image(
        key="win11-dev", id="5a4f7e3e-9b55-4b1c-8c0f-2f2f0a6a5d11", name="WKS_WIN11_DEV_2026Q3",
        os_type="Windows", os_version="Windows 11 64bit", agent="25.9.0.1104",
        agent_before="25.3.1.0612",
    ),
    Image(
        key="linux-dev", id="e1f2b6f0-64fb-4a8e-9a42-7c1de1f0c3a7", name="WKS_UOS20_DEV_2026Q2",
        os_type="Linux", os_version="UnionTechOS 20 64bit", agent="25.9.0.1096",
        agent_before="25.3.1.0598",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """One kind of device that people connect from."""

    type: str
    prefix: str
    client: str


OFFICE_TERMINALS = (
    Terminal(type="Windows 10", prefix="PC", client="25.9.0.1104"),
    Terminal(type="UnionTechOS 20", prefix="TC", client="25.6.2.0911"),
    Terminal(type="Windows 11", prefix="PC", client="25.9.0.1104"),
    Terminal(type="macOS 15", prefix="MAC", client="25.9.0.1090"),
)
HOME_TERMINALS = (
    Terminal(type="Windows 11", prefix="HOME", client="25.9.0.1104"),
    Terminal(type="macOS 15", prefix="MBP", client="25.9.0.1090"),
    Terminal(type="Android 15", prefix="PAD", client="25.6.2.0907"),
    Terminal(type="iOS 19", prefix="IPAD", client="25.6.2.0903"),
)
