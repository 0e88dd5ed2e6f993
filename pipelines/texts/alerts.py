"""The sentences of alerts, Chinese and English; others are in ``texts``."""

ALERT_TEXTS: dict[str, tuple[str, str]] = {
    "alert_audit_failed": (
        "零碳园区：审核未通过，上一次发布仍然有效",
        "Zero-carbon parks: the audit failed, the last good publication stays current",
    ),
    "alert_parks_held": (
        "零碳园区：{count} 个园区的数据被扣留",
        "Zero-carbon parks: {count:count park} held back",
    ),
    "alert_candidate": (
        "零碳园区：已锁定年份有更正，等待批准",
        "Zero-carbon parks: a correction to a locked year waits for approval",
    ),
    "alert_run_failed": ("零碳园区：运行失败", "Zero-carbon parks: a run failed"),
    "alert_delivered": ("通知 {event} 已送达 {place}", "alert {event} delivered to {place}"),
    "alert_undelivered": (
        "通知 {event} 未能送达 {place}：{reason}；运行不受影响。",
        "alert {event} could not be delivered to {place}: {reason}; the run goes on without it.",
    ),
}
