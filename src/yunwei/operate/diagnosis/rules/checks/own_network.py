"""The person's own network: they are far away or drop out, and others are not."""

from yunwei.operate.diagnosis.facts.evidence import Attempt, Evidence
from yunwei.operate.diagnosis.facts.verdicts import Measurement, Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import failed_with, is_far, own_hits, spread
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Failed

FAR_WEIGHT, ALONE_WEIGHT, DROPS_WEIGHT, LOST_WEIGHT = 0.5, 0.45, 0.45, 0.4
ALONE_BELOW = 0.06
"""Share of other users who are far, too, or drop out, up to which a person is alone with it."""
LEAST_OTHERS = 5
DROPS_FROM = 2


def _reconnects(attempt: Attempt) -> bool:
    return attempt.is_reconnect and not attempt.failure


def judge(evidence: Evidence) -> Seen:
    if evidence.crowd is None or not evidence.own:
        return unmeasured()
    far, drops = own_hits(evidence, is_far), own_hits(evidence, _reconnects)
    lost_test = failed_with(Failed.NETWORK, Failed.TIMEOUT)
    lost = own_hits(evidence, lost_test)
    troubled = far or drops >= DROPS_FROM or lost
    if not troubled:
        return clear(_measured(evidence))
    others = spread(evidence, lambda each: is_far(each) or lost_test(each))
    is_alone = others.measured >= LEAST_OTHERS and others.share <= ALONE_BELOW
    if not is_alone:
        return clear(_measured(evidence))
    return accuse(
        [
            ground(
                far,
                FAR_WEIGHT,
                "往返时延远高于本人平时",
                "the round trip is far above the usual one",
            ),
            ground(
                drops >= DROPS_FROM,
                DROPS_WEIGHT,
                f"时段内断线重连 {drops} 次",
                f"{drops} reconnects within the window",
            ),
            ground(lost, LOST_WEIGHT, f"{lost} 次因网络失败", f"{lost} attempts lost the network"),
            ground(
                True,
                ALONE_WEIGHT,
                f"其他 {others.measured} 位用户中只有 {others.hit} 位有同样现象",
                f"of {others.measured} other users only {others.hit} have the same",
            ),
        ],
        _measured(evidence),
    )


def _measured(evidence: Evidence) -> Measurement:
    told = [each.rtt_s for each in evidence.own if each.rtt_s is not None]
    return Measurement(
        name=Said(zh="往返时延", en="Round trip"),
        value=max(told, default=None),
        kind="seconds",
        usual=evidence.past.rtt_p50_s,
        compared=Said(zh="本人平时的中位数", en="the person's own usual median"),
    )


CHECK = Check(
    name="own_network",
    part=Part.ENDPOINT,
    title=Said(zh="用户自己的网络或终端", en="The person's own network or device"),
    source=Said(zh="连接记录：往返时延、重连", en="Connections: round trips, reconnects"),
    judge=judge,
    remedies=(
        instruct("靠近路由器或改用网线，再试一次", "Move closer to the router or use a cable"),
        instruct("关闭占用带宽的下载与视频会议", "Stop downloads and video that take bandwidth"),
        instruct("换一个网络（如手机热点）对比", "Compare with another network, such as a phone's"),
    ),
    is_ours=False,
)
