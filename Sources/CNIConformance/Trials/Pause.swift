import Glibc

/// Waits without doing anything, for what tells nobody that it has come.
func pause(_ duration: Duration) { usleep(useconds_t(max(0, duration / .microseconds(1)))) }
