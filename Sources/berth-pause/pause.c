void _start(void);
void _start(void) { for (;;) ; }
