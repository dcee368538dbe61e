"""What a director reads of each situation of `test_findings`, word by word: English, 中文."""

SENTENCES: dict[str, tuple[str, str]] = {
    "nothing was measured": (
        "No source told of connections in this time: its use is not known.",
        "本期间没有数据源上报连接，使用情况未知。",
    ),
    "two thirds were measured": (
        "Only 66% of this time was measured; what follows is of that part.",
        "本期间只测到 66% 的时间，以下内容仅针对这部分。",
    ),
    "the month before was hardly measured": (
        "120 users were active.",
        "活跃用户 120 人。",
    ),
    "nobody came though all was measured": (
        "Nobody was connected in this time.",
        "本期间无人连接。",
    ),
    "many more users": (
        "240 users were active, 20% more than in the time before (200).",
        "活跃用户 240 人，比上期（200 人）增加 20%。",
    ),
    "many fewer users": (
        "160 users were active, 20% fewer than in the time before (200).",
        "活跃用户 160 人，比上期（200 人）减少 20%。",
    ),
    "four users in a hundred more": (
        "104 users were active, about as many as in the time before (100).",
        "活跃用户 104 人，与上期（100 人）基本持平。",
    ),
    "one user more of three": (
        "4 users were active, about as many as in the time before (3).",
        "活跃用户 4 人，与上期（3 人）基本持平。",
    ),
    "the first month ever": (
        "50 users were active.",
        "活跃用户 50 人。",
    ),
    "a peak": (
        "At most 812 users were connected at once, on 2026-10-14 10:32.",
        "同时在线最多 812 人，出现在 2026-10-14 10:32。",
    ),
    "hardly anything fails": (
        "Connecting worked: 0.9% of 10,000 attempts failed.",
        "连接正常：10,000 次尝试中失败率为 0.9%。",
    ),
    "three of a hundred fail": (
        "3% of attempts to connect failed (30 of 1,000).",
        "连接失败率为 3%（1,000 次中失败 30 次）。",
    ),
    "most fail for one reason": (
        "8% of attempts to connect failed (80 of 1,000), most of them for one reason: bad.",
        "连接失败率为 8%（1,000 次中失败 80 次），主要原因只有一个：bad。",
    ),
    "one of two attempts failed": (
        "Nothing in this time needs anybody's attention.",
        "本期间没有需要关注的事项。",
    ),
    "logons are quick": (
        "Logons are quick: 95 of 100 took at most 31 s.",
        "登录很快：每 100 次有 95 次在 31 s 以内完成。",
    ),
    "logons became slower": (
        "Logons became slower: 95 of 100 took at most 48 s, before 30 s.",
        "登录变慢：95 百分位为 48 s，上期为 30 s。",
    ),
    "logons became slower than in a time that was not measured": (
        "Logons are quick: 95 of 100 took at most 48 s.",
        "登录很快：每 100 次有 95 次在 48 s 以内完成。",
    ),
    "logons are slow as ever": (
        "Logons are slow: 95 of 100 took at most 1 min 30 s, the others longer.",
        "登录偏慢：每 100 次有 95 次在 1 min 30 s 以内，其余更久。",
    ),
    "people work well": (
        "People work well: the experience score is 91 of 100.",
        "用户体验良好：体验评分 91 分（满分 100）。",
    ),
    "experience fell": (
        "The experience score fell to 84 of 100, from 90.",
        "体验评分下降到 84 分，上期为 90 分。",
    ),
    "experience is poor as before": (
        "The experience score is 55 of 100; 12 users work poorly.",
        "体验评分 55 分（满分 100）；12 个用户体验差。",
    ),
    "logons were refused": (
        "3 logons were refused for want of a licence.",
        "有 3 次登录因许可不足被拒绝。",
    ),
    "a tenth of accounts is unused": (
        "10 accounts (10%) hold licences or desktops that they do not use.",
        "10 个账号（占 10%）占着许可或桌面却没有使用。",
    ),
    "one account of a hundred is unused": (
        "Nothing in this time needs anybody's attention.",
        "本期间没有需要关注的事项。",
    ),
    "a licence is used up": (
        "“CCU” is used up: 100 of 100.",
        "“CCU”已用完：100 / 100。",
    ),
    "a licence lasts 20 days more": (
        "“CCU” is likely to be used up on 2026-11-20 (now 95 of 100).",
        "“CCU”预计在 2026-11-20 用完（现用 95 / 100）。",
    ),
    "a quota is scarce and does not grow": (
        "“SSD” is scarce: 92% is used (92 of 100).",
        "“SSD”已紧张：已用 92%（92 / 100）。",
    ),
    "a quota is half used": (
        "Nothing in this time needs anybody's attention.",
        "本期间没有需要关注的事项。",
    ),
    "a host is down": (
        "1 of 12 hosts is not well.",
        "12 台主机中有 1 台状态不正常。",
    ),
    "the loss of a host would hurt": (
        "Were the fullest host lost, 7 desktops would find no place.",
        "如果最满的主机失效，将有 7 台桌面无处安放。",
    ),
    "a desktop fails": (
        "1 desktop (0.1%) is faulty or does not answer.",
        "1 台桌面（占 0.1%）故障或没有响应。",
    ),
    "a certificate ends": (
        "“web” ends in 6 days.",
        "“web”将在 6 天后到期。",
    ),
    "no alarm at all": (
        "There was no alarm.",
        "没有告警。",
    ),
    "many more alarms": (
        "There were 90 alarms, 125% more than in the time before (40).",
        "共有 90 条告警，比上期（40 条）增加 125%。",
    ),
    "three alarms after one": (
        "There were 3 alarms; people were told of 1 of them.",
        "共有 3 条告警，其中 1 条通知了人员。",
    ),
    "one alarm talks all the time": (
        "One alarm makes up 40% of all: disk.",
        "有一条告警占全部的 40%：disk。",
    ),
    "two alarms, one of them twice": (
        "There were 2 alarms; people were told of 2 of them.",
        "共有 2 条告警，其中 2 条通知了人员。",
    ),
    "nobody took alarms up in time": (
        "Half of the alarms that somebody took up waited longer than 1 h 30 min for it.",
        "有人处理的告警中，一半等待超过 1 h 30 min 才有人接手。",
    ),
    "alarms stand": (
        "2 alarms have stood for more than a day.",
        "有 2 条告警持续超过一天仍未恢复。",
    ),
}
