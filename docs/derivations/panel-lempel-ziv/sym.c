#include <stdio.h>
#include <stdlib.h>
#include <math.h>
#include <string.h>
#include <stdint.h>
typedef uint64_t u;
static u S=88172645463325252ULL; static u rnd(){S^=S<<13;S^=S>>7;S^=S<<17;return S;}
static int words(u s,int n){int w=0;u left=s,go=0,cop=0,sofar=0,every=(n==64)?~0ULL:((1ULL<<n)-1);
 for(int i=0;i<n;i++){sofar=sofar<<1|1;u eq=(left&1)?s:(~s&every);left>>=1;cop=go&eq;int e=cop==0;w+=e;go=e?sofar:cop<<1;}
 return w+(cop!=0);}
static u rev(u s,int n){u r=0;for(int i=0;i<n;i++){r=r<<1|(s&1);s>>=1;}return r;}
static double K(u s,int n){u ev=(1ULL<<n)-1;double l=log2(n);if(s==0||s==ev)return l;return .5*l*(words(s,n)+words(rev(s,n),n));}
static int I,N;
#define b(i) ((r>>(I-1-(i)))&1)
static int T(const char*t,int r){
 if(!strcmp(t,"x0"))return b(0);if(!strcmp(t,"x0&x1"))return b(0)&b(1);if(!strcmp(t,"maj3"))return b(0)+b(1)+b(2)>=2;
 if(!strcmp(t,"parity"))return __builtin_popcount(r)&1;
 if(!strcmp(t,"x0^x1"))return b(0)^b(1);if(!strcmp(t,"x0^x1^x2"))return b(0)^b(1)^b(2);if(!strcmp(t,"x0&x1^x2"))return (b(0)&b(1))^b(2);
 if(!strcmp(t,"mux"))return b(0)?b(1):b(2);if(!strcmp(t,"maj5"))return __builtin_popcount(r)>=3;
 if(!strcmp(t,"x0|x1&x2"))return b(0)|(b(1)&b(2));if(!strcmp(t,"x0^x1&x2"))return b(0)^(b(1)&b(2));
 if(!strcmp(t,"x0&(x1|x2)"))return b(0)&(b(1)|b(2));if(!strcmp(t,"x0&x1&x2"))return b(0)&b(1)&b(2);if(!strcmp(t,"par4"))return b(0)^b(1)^b(2)^b(3);
 abort();}
static double prices[4];static int P;
/* agreement and classes */
static void run(const char*t,u shown,int cue,double*agr,double cl[4][5]){
 u tab=0;for(int r=0;r<N;r++)tab|=(u)T(t,r)<<r;int fr[64],f=0;for(int r=0;r<N;r++)if(!((shown>>r)&1))fr[f++]=r;
 u base=tab&shown,ign=0,inp[8]={0},fm=0;for(int r=0;r<N;r++)if(!((shown>>r)&1))fm|=1ULL<<r;
 if(cue>=0){for(int r=0;r<N;r++){if((fm>>r)&1){int tw=r^(1<<(I-1-cue));ign|=((tab>>tw)&1)<<r;for(int i=0;i<I;i++)inp[i]|=(u)b(i)<<r;}}}
 double Z[4]={0},A[4]={0};memset(cl,0,sizeof(double)*20);
 for(u c=0;c<(1ULL<<f);c++){u g=base;for(int k=0;k<f;k++)g|=((c>>k)&1)<<fr[k];double k=K(g,N);
  int ok=f-__builtin_popcountll((g^tab)&fm);int k5=4;u h=g&fm;
  if(cue>=0){if(h==ign)k5=0;else if(h==(fm&~ign))k5=1;else if(h==0||h==fm)k5=2;else for(int i=0;i<I;i++)if(i!=cue&&h==inp[i])k5=3;}
  for(int p=0;p<P;p++){double w=exp2(-prices[p]*k);Z[p]+=w;A[p]+=w*ok/f;cl[p][k5]+=w;}}
 for(int p=0;p<P;p++){agr[p]=A[p]/Z[p];for(int i=0;i<5;i++)cl[p][i]/=Z[p];}}
static int O[10][5],nO;
static u perm(u g,const int*o){u h=0;for(int r=0;r<N;r++)if((g>>r)&1){int q=0;for(int i=0;i<I;i++)q|=((r>>(I-1-i))&1)<<(I-1-o[i]);h|=1ULL<<q;}return h;}
static void srun(const char*t,u shown,int cue,double*agr,double cl[4][5]){
 u tab=0;for(int r=0;r<N;r++)tab|=(u)T(t,r)<<r;int fr[64],f=0;for(int r=0;r<N;r++)if(!((shown>>r)&1))fr[f++]=r;
 u base=tab&shown,ign=0,inp[8]={0},fm=0;for(int r=0;r<N;r++)if(!((shown>>r)&1))fm|=1ULL<<r;
 for(int r=0;r<N;r++)if((fm>>r)&1&&cue>=0){int tw=r^(1<<(I-1-cue));ign|=((tab>>tw)&1)<<r;for(int i=0;i<I;i++)inp[i]|=(u)b(i)<<r;}
 u pb[10],pf[10][32];for(int o=0;o<nO;o++){pb[o]=perm(base,O[o]);for(int k=0;k<f;k++)pf[o][k]=perm(1ULL<<fr[k],O[o]);}
 double Z[4]={0},A[4]={0};memset(cl,0,sizeof(double)*20);u cur[10];for(int o=0;o<nO;o++)cur[o]=pb[o];u g=base;
 for(u c=0;c<(1ULL<<f);c++){if(c){int k=__builtin_ctzll(c);g^=1ULL<<fr[k];for(int o=0;o<nO;o++)cur[o]^=pf[o][k];}
  int ok=f-__builtin_popcountll((g^tab)&fm);int k5=4;u h=g&fm;
  if(cue>=0){if(h==ign)k5=0;else if(h==(fm&~ign))k5=1;else if(h==0||h==fm)k5=2;else for(int i=0;i<I;i++)if(i!=cue&&h==inp[i])k5=3;}
  double w[4]={0};for(int o=0;o<nO;o++){double k=K(cur[o],N);for(int p=0;p<P;p++)w[p]+=exp2(-prices[p]*k);}
  for(int p=0;p<P;p++){Z[p]+=w[p];A[p]+=w[p]*ok/f;cl[p][k5]+=w[p];}}
 for(int p=0;p<P;p++){agr[p]=A[p]/Z[p];for(int i=0;i<5;i++)cl[p][i]/=Z[p];}}
int main(){double a[4],cl[4][5];setvbuf(stdout,0,_IOLBF,0);prices[0]=.55;prices[1]=.8;prices[2]=.865;prices[3]=1;P=4;
 I=4;N=16;nO=0;for(int s=0;s<4;s++)for(int d=0;d<2;d++){for(int i=0;i<4;i++)O[nO][i]=((d?3-i:i)+s)%4;nO++;}
 const char*ds[]={"x0","x0&(x1|x2)","x0&x1&x2","maj3"};
 for(int t=0;t<4;t++){u sh=0;for(int r=0;r<16;r++)if(r&1)sh|=1ULL<<r;srun(ds[t],sh,3,a,cl);printf("4in %-10s",ds[t]);for(int p=0;p<4;p++)printf(" %.4f(ign %.3f)",a[p],cl[p][0]);puts("");}
 I=5;N=32;nO=0;for(int s=0;s<5;s++)for(int d=0;d<2;d++){for(int i=0;i<5;i++)O[nO][i]=((d?4-i:i)+s)%5;nO++;}
 const char*cs[]={"x0","x0&(x1|x2)","mux","maj3","par4","x0^x1&x2"};
 for(int t=0;t<6;t++)for(int at=1;at>=1;at--){u sh=0;for(int r=0;r<32;r++)if((r&1)==at)sh|=1ULL<<r;srun(cs[t],sh,4,a,cl);
  printf("%-10s at %d\n",cs[t],at);for(int p=1;p<4;p++)printf("   price %.3f agr %.4f ign %.5f inv %.5f const %.5f fol %.5f other %.5f\n",prices[p],a[p],cl[p][0],cl[p][1],cl[p][2],cl[p][3],cl[p][4]);}
 const char*ts[]={"x0","x0&x1","maj3","parity","x0^x1","x0^x1^x2","x0&x1^x2","mux","maj5"};
 for(int t=0;t<9;t++){double s[4]={0};int R=6;for(int k=0;k<R;k++){u sh=0;while(__builtin_popcountll(sh)<16)sh|=1ULL<<(rnd()&31);srun(ts[t],sh,-1,a,cl);for(int p=0;p<4;p++)s[p]+=a[p]/R;}
  printf("%-10s",ts[t]);for(int p=0;p<4;p++)printf(" %.3f",s[p]);puts("");}
}
