// What completions of the shown rows weighed by 2^(-a K) say of the other rows, K the Lempel-Ziv complexity of the
// truth table; and which price a makes all functions sum to one. Exact sums over completions; nothing is trained.
//
// Numbers: forecasts/*/panel-lempel-ziv.toml. "price": a of the papers' recipe, log2(functions) / max K (16/30 at 4
// inputs), and the a that normalises 5 inputs by thermodynamic integration (0.865; checked at 4 inputs); "ordered": the
// table in the order of its rows; "orders": averaged over orders of the inputs (ten at 5 inputs); "strata": 3 and 4
// inputs by gates, at the normalised a, at 1.13 a and at 1.
//
//   cc -O3 -march=native posteriors.c -lm -o posteriors
//   ./posteriors price; ./posteriors ordered; ./posteriors orders; ./posteriors strata
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
static double W[4][65536];static unsigned char best[65536];
static u inv(int i){u g=0;for(int r=0;r<N;r++)if(b(i))g|=1ULL<<r;return g;}
static const int GT[10][4]={{0,0,0,1},{0,0,1,0},{0,1,0,0},{1,0,0,0},{1,1,1,0},{1,1,0,1},{1,0,1,1},{0,1,1,1},{0,1,1,0},{1,0,0,1}};
static u gate(int t,u x,u y){u e=(1ULL<<N)-1,g=0;if(GT[t][0])g|=~x&~y;if(GT[t][1])g|=~x&y;if(GT[t][2])g|=x&~y;if(GT[t][3])g|=x&y;return g&e;}
static u circ(int g){/* random circuit of g gates, all used */
 for(;;){u v[16];char used[16]={0};for(int i=0;i<I;i++)v[i]=inv(i);int ok=1;
  for(int k=0;k<g;k++){int n=I+k,x=rnd()%n,y=rnd()%n;if(k&&rnd()%3)x=n-1;if(x==y){ok=0;break;}used[x]=used[y]=1;v[n]=gate(rnd()%10,v[x],v[y]);}
  for(int k=0;k<g-1&&ok;k++)if(!used[I+k])ok=0;if(ok)return v[I+g-1];}}
static void largest(void){
 for(int n=16;n<=32;n*=2){double m=0,s=0;int M=400000;for(int i=0;i<M;i++){double k=K(rnd()&((1ULL<<n)-1),n);s+=k;if(k>m)m=k;}
  for(int h=0;h<300;h++){u x=rnd()&((1ULL<<n)-1);double k=K(x,n);for(int j=0;j<1500;j++){u y=x^(1ULL<<(rnd()%n));if(rnd()&1)y^=1ULL<<(rnd()%n);double q=K(y,n);if(q>=k){x=y;k=q;}}if(k>m)m=k;}
  printf("n %d mean K %.2f max K %.2f a=%.3f\n",n,s/M,m,n/m);}}
static void ordered(void){
 prices[0]=.3;prices[1]=.55;prices[2]=.8;prices[3]=1;P=4;double a[4],cl[4][5];
 I=5;N=32;const char*ts[]={"x0","x0&x1","maj3","parity","x0^x1","x0^x1^x2","x0&x1^x2","mux","maj5"};
 for(int t=0;t<9;t++){double s[4]={0};int R=24;for(int k=0;k<R;k++){u sh=0;while(__builtin_popcountll(sh)<16)sh|=1ULL<<(rnd()&31);run(ts[t],sh,-1,a,cl);for(int p=0;p<4;p++)s[p]+=a[p]/R;}
  printf("%-10s",ts[t]);for(int p=0;p<4;p++)printf(" %.3f",s[p]);puts("");}
 puts("cue, 5 inputs");const char*cs[]={"x0","x0&(x1|x2)","mux","maj3","par4","x0|x1&x2","x0^x1&x2"};
 for(int t=0;t<7;t++)for(int at=1;at>=0;at--){u sh=0;for(int r=0;r<32;r++)if((r&1)==at)sh|=1ULL<<r;run(cs[t],sh,4,a,cl);
  printf("%-10s at %d\n",cs[t],at);for(int p=0;p<4;p++)printf("   price %.3f agr %.4f ign %.5f inv %.5f const %.5f fol %.5f other %.5f\n",prices[p],a[p],cl[p][0],cl[p][1],cl[p][2],cl[p][3],cl[p][4]);}
 I=4;N=16;puts("4 inputs, x3=1");const char*ds[]={"x0","x0&(x1|x2)","x0&x1&x2","maj3"};
 for(int t=0;t<4;t++){u sh=0;for(int r=0;r<16;r++)if(r&1)sh|=1ULL<<r;run(ds[t],sh,3,a,cl);printf("%-10s agr",ds[t]);for(int p=0;p<4;p++)printf(" %.4f(ign %.3f)",a[p],cl[p][0]);puts("");}
}
static void orders(void){double a[4],cl[4][5];setvbuf(stdout,0,_IOLBF,0);prices[0]=.55;prices[1]=.8;prices[2]=.865;prices[3]=1;P=4;
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
static void strata(void){setvbuf(stdout,0,_IOLBF,0);u ev;
 for(I=3;I<=4;I++){N=1<<I;ev=(1ULL<<N)-1;int F=1<<N;memset(best,99,sizeof best);
  prices[0]=I==3?.79:.805;prices[1]=prices[0]*1.13;prices[2]=1;P=3;
  int perms[24][5],np=0;int nn=1;for(int i=0;i<I;i++)nn*=I;for(int c=0;c<nn;c++){int q=c,m=0,o[5];for(int i=0;i<I;i++){o[i]=q%I;q/=I;m|=1<<o[i];}if(m==(1<<I)-1)memcpy(perms[np++],o,sizeof o);}
  for(int p=0;p<P;p++)for(int f=0;f<F;f++)W[p][f]=0;
  double (*kt)=malloc(F*sizeof(double));for(int f=0;f<F;f++)kt[f]=K(f,N);
  /* class ids under permutation and negation of inputs and output */
  int*st=malloc(F*sizeof(int));int*id=malloc(F*sizeof(int));for(int f=0;f<F;f++)id[f]=-1;int ncl=0;
  for(int f=0;f<F;f++)if(id[f]<0){int sp=0;st[sp++]=f;id[f]=f;ncl++;while(sp){int g=st[--sp];u nb[16];int nnb=0;nb[nnb++]=ev&~(u)g;
    for(int i=0;i<I;i++){u h=0;for(int r=0;r<N;r++)if((g>>r)&1)h|=1ULL<<(r^(1<<i));nb[nnb++]=h;}
    for(int i=0;i+1<I;i++){int o[5];for(int j=0;j<I;j++)o[j]=j;o[i]=i+1;o[i+1]=i;nb[nnb++]=perm(g,o);}
    for(int k=0;k<nnb;k++)if(id[nb[k]]<0){id[nb[k]]=f;st[sp++]=nb[k];}}}
  for(int f=0;f<F;f++)for(int o=0;o<np;o++){double k=kt[perm(f,perms[o])];for(int p=0;p<P;p++)W[p][f]+=exp2(-prices[p]*k);}
  unsigned char*cb=malloc(F);memset(cb,99,F);cb[id[0]]=0;cb[id[inv(0)]]=0;int mx=I==3?4:7;
  for(int g=1;g<mx;g++)for(int s=0;s<(g<4?20000:150000);s++){u f=circ(g);if(cb[id[f]]>g)cb[id[f]]=g;}
  int cnt[9]={0};for(int f=0;f<F;f++){int g=cb[id[f]];if(g==99)g=mx;best[f]=g;cnt[g]++;}
  printf("I %d classes %d sizes",I,ncl);for(int g=0;g<=mx;g++)printf(" %d",cnt[g]);puts("");
  for(int g=0;g<=mx;g++){double s[3]={0};int R=0;while(R<1500){u f=rnd()%F;if(best[f]!=g)continue;if(f==0||f==ev)continue;R++;
    u sh=0;while(__builtin_popcountll(sh)<N/2)sh|=1ULL<<(rnd()%N);u fm=ev&~sh;double z[3]={0},a[3]={0};
    for(u c=fm;;c=(c-1)&fm){u h=(f&sh)|c;int ok=N/2-__builtin_popcountll((h^f)&fm);for(int p=0;p<3;p++){z[p]+=W[p][h];a[p]+=W[p][h]*ok/(N/2);}if(!c)break;}
    for(int p=0;p<3;p++)s[p]+=a[p]/z[p];}
   printf("  gates %d: %.3f %.3f %.3f\n",g,s[0]/R,s[1]/R,s[2]/R);}}
}
static void normalised(void){ /* log2 Z(a) at n=16 (check) and 32, by thermodynamic integration */
 for(int n=16;n<=32;n*=2){double lz=n,prev=0;int first=1;u x=rnd()&((1ULL<<n)-1),ev=(1ULL<<n)-1;double k=K(x,n);
  for(double a=0;a<=1.0001;a+=.025){double s=0;int M=300000;
   for(int i=0;i<M+20000;i++){u y;int m=rnd()%4;
     if(m==0)y=x^(1ULL<<(rnd()%n));else if(m==1)y=x^(1ULL<<(rnd()%n))^(1ULL<<(rnd()%n));
     else if(m==2){int p=rnd()%n,l=1+rnd()%n;u msk=((l>=n?ev:((1ULL<<l)-1))<<p)&ev;y=x^msk;}
     else {int p=rnd()%n;y=((x<<p)|(x>>(n-p)))&ev; if(p==0)y=x;}
     double q=K(y,n);if(q<=k||(rnd()>>11)*0x1p-53<exp2(-a*(q-k))){x=y;k=q;}
     if(i>=20000)s+=k;}
   s/=M;if(!first)lz-=.025*(s+prev)/2;first=0;prev=s;
   if(a>.55)printf("n %d a %.3f <K> %.2f log2Z %.3f\n",n,a,s,lz);}}}
int main(int c,char**v){
 if(!strcmp(v[1],"price")){largest();normalised();}if(!strcmp(v[1],"ordered"))ordered();
 if(!strcmp(v[1],"orders"))orders();if(!strcmp(v[1],"strata"))strata();}
