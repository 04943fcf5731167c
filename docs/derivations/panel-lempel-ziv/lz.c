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
int main(int argc,char**v){
 for(int n=16;n<=32;n*=2){double m=0,s=0;int M=400000;for(int i=0;i<M;i++){double k=K(rnd()&((1ULL<<n)-1),n);s+=k;if(k>m)m=k;}
  for(int h=0;h<300;h++){u x=rnd()&((1ULL<<n)-1);double k=K(x,n);for(int j=0;j<1500;j++){u y=x^(1ULL<<(rnd()%n));if(rnd()&1)y^=1ULL<<(rnd()%n);double q=K(y,n);if(q>=k){x=y;k=q;}}if(k>m)m=k;}
  printf("n %d mean K %.2f max K %.2f a=%.3f\n",n,s/M,m,n/m);}
 prices[0]=.3;prices[1]=atof(v[1]);prices[2]=.8;prices[3]=1;P=4;double a[4],cl[4][5];
 I=5;N=32;const char*ts[]={"x0","x0&x1","maj3","parity","x0^x1","x0^x1^x2","x0&x1^x2","mux","maj5"};
 for(int t=0;t<9;t++){double s[4]={0};int R=24;for(int k=0;k<R;k++){u sh=0;while(__builtin_popcountll(sh)<16)sh|=1ULL<<(rnd()&31);run(ts[t],sh,-1,a,cl);for(int p=0;p<4;p++)s[p]+=a[p]/R;}
  printf("%-10s",ts[t]);for(int p=0;p<4;p++)printf(" %.3f",s[p]);puts("");}
 puts("cue, 5 inputs");const char*cs[]={"x0","x0&(x1|x2)","mux","maj3","par4","x0|x1&x2","x0^x1&x2"};
 for(int t=0;t<7;t++)for(int at=1;at>=0;at--){u sh=0;for(int r=0;r<32;r++)if((r&1)==at)sh|=1ULL<<r;run(cs[t],sh,4,a,cl);
  printf("%-10s at %d\n",cs[t],at);for(int p=0;p<4;p++)printf("   price %.3f agr %.4f ign %.5f inv %.5f const %.5f fol %.5f other %.5f\n",prices[p],a[p],cl[p][0],cl[p][1],cl[p][2],cl[p][3],cl[p][4]);}
 I=4;N=16;puts("4 inputs, x3=1");const char*ds[]={"x0","x0&(x1|x2)","x0&x1&x2","maj3"};
 for(int t=0;t<4;t++){u sh=0;for(int r=0;r<16;r++)if(r&1)sh|=1ULL<<r;run(ds[t],sh,3,a,cl);printf("%-10s agr",ds[t]);for(int p=0;p<4;p++)printf(" %.4f(ign %.3f)",a[p],cl[p][0]);puts("");}
}
