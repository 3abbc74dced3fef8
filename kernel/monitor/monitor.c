#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <asm/processor.h>
#include <lib/cmdline.h>
#include <lib/string.h>
extern const struct monitor_command __monitor_cmds_start[], __monitor_cmds_end[];
void monitor_run(const char *cmdline){ char b[200]; char*p=b; 
 if (cmdline_find_option(cmdline,"monitor.exec",b,sizeof b)>=0) while(p&&*p){ char*e=strchr(p,';'); if(e)*e++=0; printk("lantern> %s\n",p); char*av[2]={p,0}; char*sp=strchr(p,' '); int ac=1; if(sp){*sp=0;av[1]=sp+1;ac=2;} for(const struct monitor_command*c=__monitor_cmds_start;c<__monitor_cmds_end;c++) if(!strcmp(c->name,p)) c->fn(ac,av); p=e;}
 printk("lantern> "); halt_forever();}
