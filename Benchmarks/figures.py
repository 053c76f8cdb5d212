"""Times and what is told of them."""
import time


def quantile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def summary(values):
    return {"n": len(values), "p50": quantile(values, 0.5), "p90": quantile(values, 0.9), "p99": quantile(values, 0.99),
            "min": min(values)}


def timed(function, *arguments):
    """What the call returns, and its milliseconds."""
    start = time.perf_counter()
    result = function(*arguments)
    return result, (time.perf_counter() - start) * 1000
